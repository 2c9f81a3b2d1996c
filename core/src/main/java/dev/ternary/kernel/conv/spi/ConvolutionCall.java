package dev.ternary.kernel.conv.spi;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.FeatureMaps;
import dev.ternary.kernel.spi.ActivationRange;
import java.util.Optional;

/**
 * One convolution of some images.
 *
 * @param shape all sizes
 * @param x the images
 * @param addend what is added behind the bias, of the shape of the result; may be its memory
 * @param y the result
 * @param activations in which form images enter the products
 * @param firstImage the number of the first image, for messages
 */
public record ConvolutionCall(
    ConvShape shape,
    FeatureMaps x,
    Optional<FloatMatrix> addend,
    FeatureMaps y,
    Activations activations,
    int firstImage) {

  /** Whether images are rounded to int8. */
  public boolean int8() {
    return activations == Activations.INT8;
  }

  /** How many images there are. */
  public int images() {
    return x.values().rows();
  }

  /**
   * The range of an image with the given largest absolute value.
   *
   * @throws IllegalArgumentException if {@code absmax} is NaN or infinite; the message says where
   *     such a value is
   */
  public float range(int image, float absmax) {
    if (Float.isFinite(absmax)) {
      return Math.max(absmax, ActivationRange.MIN_ABSMAX);
    }
    FloatMatrix values = x.values();
    for (int i = 0; i < values.cols(); i++) {
      if (!Float.isFinite(values.get(image, i))) {
        String where =
            ("channel " + i % shape.channels())
                + (", row " + i / shape.channels() / shape.width())
                + (", column " + i / shape.channels() % shape.width());
        throw new IllegalArgumentException(
            "activation "
                + values.get(image, i)
                + " in image "
                + (firstImage + image)
                + " at "
                + where);
      }
    }
    throw new IllegalArgumentException(
        "the maximum of image " + (firstImage + image) + " must be finite, got " + absmax);
  }
}
