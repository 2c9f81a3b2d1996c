package dev.ternary.kernel.conv;

import dev.ternary.kernel.FloatMatrix;
import java.util.Optional;

/**
 * Images whose channels lie last, and the largest absolute value of each: what a convolution takes
 * and gives. Where one layer gives the maxima and the next one takes them, no image is read for its
 * maximum alone.
 *
 * @param values {@code [images, height * width * channels]}, in the order row, column, channel
 * @param maxima {@code [images, 1]}; of an input: the largest absolute value of each image, or a
 *     larger or smaller one that its int8 values shall stand for, values beyond which become -128
 *     or 127; of an output: where the largest absolute values go, NaN for an image that has one.
 *     Empty: not known, not wanted
 */
public record FeatureMaps(FloatMatrix values, Optional<FloatMatrix> maxima) {

  public FeatureMaps {
    if (maxima.isPresent() && (maxima.get().rows() != values.rows() || maxima.get().cols() != 1)) {
      throw new IllegalArgumentException(
          "the maxima of " + values + " must be [" + values.rows() + ", 1], got " + maxima.get());
    }
  }

  /** Images without their maxima. */
  public static FeatureMaps of(FloatMatrix values) {
    return new FeatureMaps(values, Optional.empty());
  }

  /** The same images with their maxima, which share the memory of {@code maxima}. */
  public FeatureMaps with(FloatMatrix maxima) {
    return new FeatureMaps(values, Optional.of(maxima));
  }
}
