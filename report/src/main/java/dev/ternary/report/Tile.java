package dev.ternary.report;

/**
 * A number in large letters.
 *
 * @param number with its unit
 * @param text what it is
 */
public record Tile(String number, String text) {}
