package dev.ternary.cli.quickstart;

/**
 * One way to run the network, measured.
 *
 * @param name for people
 * @param key for machines, in snake case
 * @param accuracy share of test images that it gets right
 * @param bytes size of its file
 * @param latencyMicros median time of one image
 * @param imagesPerSecond throughput of a batch
 * @param agreement share of test images for which it predicts what the trained model predicts
 */
public record Variant(
    String name,
    String key,
    double accuracy,
    long bytes,
    double latencyMicros,
    double imagesPerSecond,
    double agreement) {}
