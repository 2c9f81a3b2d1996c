package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * The product of two values.
 *
 * @param transposed whether the second has its columns as rows
 */
record ActivationProduct(boolean transposed) implements Operator {

  @Override
  public long work(List<Shape> in, Shape out) {
    Shape a = in.getFirst();
    return out.elements() * a.dim(a.rank() - 1);
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand y) {
    Operand a = in.get(0);
    Operand b = in.get(1);
    int rank = a.shape().rank();
    int n = (int) a.shape().dim(rank - 2);
    int k = a.last();
    int m = y.last();
    int products = y.samples() * (y.size() / (n * m));
    float[] row = new float[k];
    float[][] second = transposed ? new float[m][k] : new float[k][m];
    float[] result = new float[m];
    return () -> {
      for (int p = 0; p < products; p++) {
        for (int r = 0; r < second.length; r++) {
          int width = second[r].length;
          Staged.load(b.values(), ((long) p * second.length + r) * width, second[r], width);
        }
        for (int r = 0; r < n; r++) {
          Staged.load(a.values(), ((long) p * n + r) * k, row, k);
          product(row, second, result);
          Staged.store(result, y.values(), ((long) p * n + r) * m, m);
        }
      }
    };
  }

  private void product(float[] row, float[][] second, float[] result) {
    if (transposed) {
      for (int c = 0; c < result.length; c++) {
        result[c] = FloatRows.dot(row, second[c]);
      }
    } else {
      Arrays.fill(result, 0);
      FloatRows.addProducts(row, second, result, result.length);
    }
  }
}
