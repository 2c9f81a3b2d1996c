package dev.ternary.kernel.conv;

/**
 * All sizes of one convolution of {@code [channels, height, width]} images.
 *
 * @param channels input channels
 * @param height rows of the input
 * @param width columns of the input
 * @param outChannels output channels
 * @param kernelH rows of the window, at least 1
 * @param kernelW columns of the window, at least 1
 * @param geometry how the window moves
 */
public record ConvShape(
    int channels,
    int height,
    int width,
    int outChannels,
    int kernelH,
    int kernelW,
    ConvGeometry geometry) {

  /** Keeps coordinates, padding included, within an int. */
  private static final int MAX_SIDE = 1 << 30;

  public ConvShape {
    if (channels < 1 || height < 1 || width < 1 || outChannels < 1) {
      throw new IllegalArgumentException(
          "channels, height, width and output channels must be at least 1, got ["
              + channels
              + ", "
              + height
              + ", "
              + width
              + "] to "
              + outChannels);
    }
    if (kernelH < 1 || kernelW < 1) {
      throw new IllegalArgumentException(
          "the window must be at least 1 by 1, got " + kernelH + " by " + kernelW);
    }
    int groups = geometry.groups();
    if (channels % groups != 0 || outChannels % groups != 0) {
      throw new IllegalArgumentException(
          groups
              + " groups must divide the channels, got "
              + channels
              + " to "
              + outChannels
              + " channels");
    }
    long reachH = (long) geometry.dilationH() * (kernelH - 1) + 1;
    long reachW = (long) geometry.dilationW() * (kernelW - 1) + 1;
    long paddedH = height + 2L * geometry.padH();
    long paddedW = width + 2L * geometry.padW();
    if (paddedH > MAX_SIDE || paddedW > MAX_SIDE) {
      throw new IllegalArgumentException(
          "a padded image of "
              + paddedH
              + " by "
              + paddedW
              + " is larger than "
              + MAX_SIDE
              + " in one direction");
    }
    if (reachH > paddedH || reachW > paddedW) {
      throw new IllegalArgumentException(
          "a window that reaches over "
              + reachH
              + " by "
              + reachW
              + " does not fit a padded image of "
              + paddedH
              + " by "
              + paddedW);
    }
    requireInt("input", product(channels, height, width));
    requireInt("patch", product(channels / groups, kernelH, kernelW));
    long outH = outSize(height, kernelH, geometry.strideH(), geometry.padH(), geometry.dilationH());
    long outW = outSize(width, kernelW, geometry.strideW(), geometry.padW(), geometry.dilationW());
    requireInt("output image", Math.multiplyExact(outH, outW));
    requireInt("output", Math.multiplyExact(outH * outW, (long) outChannels));
  }

  private static void requireInt(String what, long elements) {
    if (elements > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the " + what + " has " + elements + " elements, more than " + Integer.MAX_VALUE);
    }
  }

  /** Stays far above int where it does not fit a long. */
  private static long product(int a, int b, int c) {
    return Math.multiplyHigh((long) a * b, c) != 0 ? Long.MAX_VALUE : Math.abs((long) a * b * c);
  }

  private static long outSize(int size, int kernel, int stride, int pad, int dilation) {
    return (size + 2L * pad - (long) dilation * (kernel - 1) - 1) / stride + 1;
  }

  /** Rows of the output. */
  public int outHeight() {
    return (int)
        outSize(height, kernelH, geometry.strideH(), geometry.padH(), geometry.dilationH());
  }

  /** Columns of the output. */
  public int outWidth() {
    return (int) outSize(width, kernelW, geometry.strideW(), geometry.padW(), geometry.dilationW());
  }

  /** Pixels of the output, that is places of the window. */
  public int positions() {
    return outHeight() * outWidth();
  }

  /** Elements under the window in one group: the columns of the weight matrix. */
  public int patch() {
    return channels / geometry.groups() * kernelH * kernelW;
  }

  /** Elements of one input image. */
  public int inSize() {
    return channels * height * width;
  }

  /** Elements of one output image. */
  public int outSize() {
    return outChannels * positions();
  }

  /** Elements of one input image with its padding, which may be more than an int holds. */
  public double paddedSize() {
    return (double) channels * (height + 2.0 * geometry.padH()) * (width + 2.0 * geometry.padW());
  }

  /** Multiplications of one image. */
  public long products() {
    return (long) outSize() * patch();
  }
}
