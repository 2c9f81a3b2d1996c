package dev.ternary.formats.pytorch;

/**
 * What was saved in a checkpoint.
 *
 * @param root the value, of plain Java values
 * @param rootAt offset in the file of its pickle
 */
record Saved(Object root, long rootAt) {}
