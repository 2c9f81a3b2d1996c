package dev.ternary.cli.run;

import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ImageInput.Polarity;
import dev.ternary.report.Numbers;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Whether arrays look like the pictures that a model was trained on. */
public final class InputCheck {

  /** Samples that are looked at. */
  private static final long ENOUGH = 100;

  private final ImageInput image;
  private final float low;
  private final float high;

  /** For a model that takes {@code image}. */
  public InputCheck(ImageInput image) {
    this.image = image;
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    for (int c = 0; c < image.channels(); c++) {
      for (float value : new float[] {image.low(), image.high()}) {
        float mean = image.mean().isEmpty() ? 0 : image.mean().get(c);
        float std = image.std().isEmpty() ? 1 : image.std().get(c);
        least = Math.min(least, (value - mean) / std);
        most = Math.max(most, (value - mean) / std);
      }
    }
    low = least;
    high = most;
  }

  /**
   * What does not look right, a sentence each, with what to do.
   *
   * @param batch samples of the model's shape
   */
  public List<String> warnings(Tensor batch) {
    long samples = Math.min(ENOUGH, batch.shape().dim(0));
    long size = (long) image.channels() * image.height() * image.width();
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (long i = 0; i < samples * size; i++) {
      min = Math.min(min, batch.getFloat(i));
      max = Math.max(max, batch.getFloat(i));
    }
    var warnings = new ArrayList<String>();
    if (samples == 0 || !(min <= max)) {
      return warnings;
    }
    float slack = (high - low) / 100;
    boolean within = min >= low - slack && max <= high + slack;
    boolean tiny = max > min && max - min <= (high - low) / 50;
    if (!within || tiny) {
      warnings.add(
          "the numbers go from "
              + text(min)
              + " to "
              + text(max)
              + ", the model was trained on "
              + text(low)
              + ".."
              + text(high)
              + "; "
              + advice(min, max));
    } else if (image.polarity() != Polarity.AS_IS) {
      polarity(batch, samples, size, warnings);
    }
    return warnings;
  }

  private String advice(float min, float max) {
    boolean plain = image.mean().isEmpty() && image.std().isEmpty();
    if (plain && min >= 0 && max <= 1 && high > 1) {
      return "multiply them by " + text(high);
    }
    if (plain && low == 0 && min >= 0 && max <= 255) {
      return "divide them by " + text(255 / high);
    }
    if (plain && min < 0) {
      return "leave out what normalizes them: pixels are taken as they are";
    }
    return "give pictures to this command instead, or scale the numbers alike";
  }

  private void polarity(Tensor batch, long samples, long size, List<String> warnings) {
    long bright = 0;
    float middle = (low + high) / 2;
    for (long sample = 0; sample < samples; sample++) {
      if (rimMean(batch, sample * size) > middle == image.high() > image.low()) {
        bright++;
      }
    }
    boolean wantsDark = image.polarity() == Polarity.BRIGHT_ON_DARK;
    long wrong = wantsDark ? bright : samples - bright;
    if (2 * wrong > samples) {
      warnings.add(
          "the rims of most images are "
              + (wantsDark ? "bright" : "dark")
              + ", the model was trained on "
              + (wantsDark ? "bright objects on a dark" : "dark objects on a bright")
              + " background; invert them: "
              + text(low + high)
              + " - x");
    }
  }

  private float rimMean(Tensor batch, long start) {
    double sum = 0;
    long count = 0;
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        if (y == 0 || x == 0 || y == image.height() - 1 || x == image.width() - 1) {
          sum += batch.getFloat(start + (long) y * image.width() + x);
          count++;
        }
      }
    }
    return (float) (sum / count);
  }

  private static String text(float value) {
    return value == Math.rint(value) && Math.abs(value) < 1e6
        ? String.valueOf((long) value)
        : Numbers.fixed(value, 3);
  }
}
