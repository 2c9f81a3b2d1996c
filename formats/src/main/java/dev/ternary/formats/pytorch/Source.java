package dev.ternary.formats.pytorch;

/**
 * An unpickled checkpoint whose tensors have no memory yet.
 *
 * @param root the value that was saved
 * @param rootAt offset in the file of its pickle
 * @param storages finds the bytes of its tensors
 */
record Source(Object root, long rootAt, Storages storages) {}
