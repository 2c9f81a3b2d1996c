package dev.ternary.cli.command;

/**
 * What {@code ternary doctor} says of one thing that commands need.
 *
 * @param name the thing, such as {@code PyTorch}
 * @param state whether it works here, and why not
 */
public record Check(String name, String state) {}
