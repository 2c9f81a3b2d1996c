/** Trains networks on images, with checkpoints to go on from and a report. */
package dev.ternary.cli.train;
