package dev.ternary.cli.train;

/**
 * One network on the way from float32 to ternary, measured.
 *
 * @param name for people
 * @param key for machines, in snake case
 * @param accuracy share of the test images that it gets right
 * @param seconds it took to come here from the step before
 */
public record Step(String name, String key, double accuracy, double seconds) {}
