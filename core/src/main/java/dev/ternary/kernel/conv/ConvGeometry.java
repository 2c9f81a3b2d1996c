package dev.ternary.kernel.conv;

/**
 * How the window of a two-dimensional convolution moves, with the meaning and defaults of PyTorch's
 * {@code Conv2d}. Zeros pad both sides.
 *
 * @param strideH rows from one window to the next, at least 1
 * @param strideW columns from one window to the next, at least 1
 * @param padH rows of zeros above and below, at least 0
 * @param padW columns of zeros left and right, at least 0
 * @param dilationH rows between neighbouring elements of the window, at least 1
 * @param dilationW columns between neighbouring elements of the window, at least 1
 * @param groups parts that input and output channels are divided into, at least 1
 */
public record ConvGeometry(
    int strideH, int strideW, int padH, int padW, int dilationH, int dilationW, int groups) {

  public ConvGeometry {
    atLeast("strideH", 1, strideH);
    atLeast("strideW", 1, strideW);
    atLeast("padH", 0, padH);
    atLeast("padW", 0, padW);
    atLeast("dilationH", 1, dilationH);
    atLeast("dilationW", 1, dilationW);
    atLeast("groups", 1, groups);
  }

  private static void atLeast(String name, int least, int value) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", got " + value);
    }
  }

  /** The same stride and padding both ways, no dilation, one group. */
  public static ConvGeometry of(int stride, int padding) {
    return new ConvGeometry(stride, stride, padding, padding, 1, 1, 1);
  }

  /** Another dilation, the same both ways. */
  public ConvGeometry withDilation(int dilation) {
    return new ConvGeometry(strideH, strideW, padH, padW, dilation, dilation, groups);
  }

  /** Another number of groups. */
  public ConvGeometry withGroups(int count) {
    return new ConvGeometry(strideH, strideW, padH, padW, dilationH, dilationW, count);
  }
}
