package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.conv.Patches.Piece;
import java.lang.foreign.MemorySegment;

/** Products with float32 weights, in loops over the output channels that become vector code. */
final class DenseProducts implements PatchProducts {

  private final int rows;
  private final int patch;

  /** By group and column: the weights of the group's output channels. */
  private final float[][] weights;

  private final float[][] bias;

  /** Copies the weights, {@code [outChannels, patch]}, row-major. */
  DenseProducts(float[] weights, Epilogue epilogue, ConvShape shape) {
    int groups = shape.geometry().groups();
    rows = shape.outChannels() / groups;
    patch = shape.patch();
    this.weights = new float[groups * patch][rows];
    bias = new float[groups][rows];
    for (int row = 0; row < shape.outChannels(); row++) {
      int group = row / rows;
      bias[group][row % rows] = epilogue.biasAt(row);
      for (int k = 0; k < patch; k++) {
        this.weights[group * patch + k][row % rows] = weights[row * patch + k];
      }
    }
  }

  @Override
  public void multiply(
      Images images, int worker, Piece piece, MemorySegment columns, FloatMatrix sums) {
    int size = piece.count() * patch;
    float[] x = images.workspace().floats(worker, 0, size);
    float[] y = images.workspace().floats(worker, 1, rows);
    MemorySegment.copy(columns, JAVA_FLOAT_UNALIGNED, 0, x, 0, size);
    for (int p = 0; p < piece.count(); p++) {
      System.arraycopy(bias[piece.group()], 0, y, 0, rows);
      int at = p * patch;
      int k = piece.group() * patch;
      int end = at + patch;
      for (; at + 4 <= end; at += 4, k += 4) {
        add(x, at, weights[k], weights[k + 1], weights[k + 2], weights[k + 3], y);
      }
      for (; at < end; at++, k++) {
        add(x[at], weights[k], y);
      }
      MemorySegment.copy(
          y, 0, sums.values(), JAVA_FLOAT_UNALIGNED, (long) Float.BYTES * p * rows, rows);
    }
  }

  private void add(float[] x, int at, float[] a, float[] b, float[] c, float[] d, float[] y) {
    float p = x[at];
    float q = x[at + 1];
    float r = x[at + 2];
    float s = x[at + 3];
    for (int i = 0; i < rows; i++) {
      y[i] += p * a[i] + q * b[i] + r * c[i] + s * d[i];
    }
  }

  private void add(float x, float[] w, float[] y) {
    for (int i = 0; i < rows; i++) {
      y[i] += x * w[i];
    }
  }

  @Override
  public void close() {
    // Its weights are arrays.
  }
}
