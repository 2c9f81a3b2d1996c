package dev.ternary.cli.train;

/**
 * The state of a training after one epoch.
 *
 * @param loss mean training loss
 * @param trainAccuracy share of training images right
 * @param testAccuracy share of test images right
 */
public record EpochPoint(double loss, double trainAccuracy, double testAccuracy) {}
