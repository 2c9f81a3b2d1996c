package dev.ternary.nn.graph;

import java.util.List;
import java.util.Objects;

/**
 * What an image must become before it enters a model, so that somebody who has only the file gives
 * it the right numbers: resized to {@code height} by {@code width}, darkness turned into numbers
 * from {@code low} to {@code high}, and from those the mean of their channel taken away and divided
 * by its standard deviation.
 *
 * @param channels 1 for grey, 3 for red, green and blue in this order
 * @param height rows
 * @param width columns
 * @param low what black is as a number, before mean and standard deviation
 * @param high what white is as a number
 * @param polarity which of object and background is bright
 * @param mean one number a channel, or none: nothing is taken away
 * @param std one number a channel, above 0, or none: nothing is divided
 */
public record ImageInput(
    int channels,
    int height,
    int width,
    float low,
    float high,
    Polarity polarity,
    List<Float> mean,
    List<Float> std) {

  /** Which of object and background is bright. */
  public enum Polarity {
    /** As it comes: photographs. */
    AS_IS,
    /** Bright objects on a dark background, as MNIST has its digits. */
    BRIGHT_ON_DARK,
    /** Dark objects on a bright background, as ink on paper. */
    DARK_ON_BRIGHT
  }

  public ImageInput {
    Objects.requireNonNull(polarity, "polarity");
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if ((channels != 1 && channels != 3) || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "an image has 1 or 3 channels and at least one row and column, got ["
              + channels
              + ", "
              + height
              + ", "
              + width
              + "]");
    }
    if (!Float.isFinite(low) || !Float.isFinite(high) || low == high) {
      throw new IllegalArgumentException(
          "low and high must be finite and differ, got " + low + " and " + high);
    }
    for (List<Float> each : List.of(mean, std)) {
      if ((!each.isEmpty() && each.size() != channels)
          || each.stream().anyMatch(v -> !Float.isFinite(v))) {
        throw new IllegalArgumentException(
            "mean and std must be finite, one a channel or none, got " + mean + " and " + std);
      }
    }
    if (std.stream().anyMatch(v -> v <= 0)) {
      throw new IllegalArgumentException("std must be above 0, got " + std);
    }
  }

  /** An image of whole pixels from 0 to 255 as they are. */
  public static ImageInput ofPixels(int channels, int height, int width, Polarity polarity) {
    return new ImageInput(channels, height, width, 0, 255, polarity, List.of(), List.of());
  }
}
