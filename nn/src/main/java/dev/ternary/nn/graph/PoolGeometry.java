package dev.ternary.nn.graph;

/**
 * The window of a two-dimensional pool and how it moves, with the meaning of PyTorch's pools:
 * {@code ceil_mode} is false.
 *
 * @param kernelH rows of the window, at least 1
 * @param kernelW columns of the window, at least 1
 * @param strideH rows from one window to the next, at least 1
 * @param strideW columns from one window to the next, at least 1
 * @param padH rows of padding above and below, at most half of {@code kernelH}
 * @param padW columns of padding left and right, at most half of {@code kernelW}
 */
public record PoolGeometry(int kernelH, int kernelW, int strideH, int strideW, int padH, int padW) {

  /** Checks the ranges. */
  public PoolGeometry {
    if (kernelH < 1 || kernelW < 1 || strideH < 1 || strideW < 1) {
      throw new IllegalArgumentException(
          "window and stride of a pool must be at least 1, got window "
              + kernelH
              + " by "
              + kernelW
              + ", stride "
              + strideH
              + " by "
              + strideW);
    }
    if (padH < 0 || padW < 0 || padH > kernelH / 2 || padW > kernelW / 2) {
      throw new IllegalArgumentException(
          "the padding of a pool must be from 0 to half the window, got padding "
              + padH
              + " by "
              + padW
              + " of window "
              + kernelH
              + " by "
              + kernelW);
    }
  }

  /** A square window that moves by its own size. */
  public static PoolGeometry of(int kernel) {
    return of(kernel, kernel, 0);
  }

  /** A square window with the same stride and padding both ways. */
  public static PoolGeometry of(int kernel, int stride, int padding) {
    return new PoolGeometry(kernel, kernel, stride, stride, padding, padding);
  }
}
