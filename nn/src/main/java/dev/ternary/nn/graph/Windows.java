package dev.ternary.nn.graph;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.tensor.Shape;

/** Sizes of what moves a window over an image. */
public final class Windows {

  private Windows() {}

  /**
   * A convolution of an image.
   *
   * @param weights {@code [out, in / groups, kernelH, kernelW]}
   * @param in {@code [channels, height, width]}
   * @throws IllegalArgumentException if they do not fit
   */
  public static ConvShape conv(Shape weights, ConvGeometry geometry, Shape in) {
    requireImage(in);
    long channels = weights.dim(1) * geometry.groups();
    if (in.dim(0) != channels) {
      throw new IllegalArgumentException(
          "weights "
              + weights
              + " in "
              + geometry.groups()
              + " groups need ["
              + channels
              + ", height, width], found "
              + in);
    }
    return new ConvShape(
        (int) in.dim(0),
        (int) in.dim(1),
        (int) in.dim(2),
        (int) weights.dim(0),
        (int) weights.dim(2),
        (int) weights.dim(3),
        geometry);
  }

  /**
   * A pool as a convolution of each channel by itself.
   *
   * @param in {@code [channels, height, width]}
   * @throws IllegalArgumentException if the window does not fit
   */
  public static ConvShape pool(PoolGeometry g, Shape in) {
    requireImage(in);
    int channels = (int) in.dim(0);
    var geometry = new ConvGeometry(g.strideH(), g.strideW(), g.padH(), g.padW(), 1, 1, channels);
    return new ConvShape(
        channels, (int) in.dim(1), (int) in.dim(2), channels, g.kernelH(), g.kernelW(), geometry);
  }

  static Shape requireImage(Shape in) {
    if (in.rank() != 3) {
      throw new IllegalArgumentException("expected [channels, height, width], found shape " + in);
    }
    for (int axis = 0; axis < 3; axis++) {
      if (in.dim(axis) < 1 || in.dim(axis) > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "each dimension of an image must be from 1 to 2^31 - 1, found shape " + in);
      }
    }
    return in;
  }
}
