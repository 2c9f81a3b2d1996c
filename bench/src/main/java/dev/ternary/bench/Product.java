package dev.ternary.bench;

import dev.ternary.packed.TernaryMatrix;
import java.util.SplittableRandom;

/** The operands of a benchmark, from a fixed seed. Arrays are shared, nobody writes them. */
final class Product {

  final int tokens;
  final int rows;
  final int cols;
  final byte[] trits;
  final float[] x;

  Product(int tokens, int rows, int cols) {
    this.tokens = tokens;
    this.rows = rows;
    this.cols = cols;
    var random = new SplittableRandom(42);
    trits = new byte[Math.multiplyExact(rows, cols)];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    x = new float[Math.multiplyExact(tokens, cols)];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextDouble(-1, 1);
    }
  }

  TernaryMatrix packed() {
    return TernaryMatrix.pack(rows, cols, trits);
  }

  /** The weights as floats, row-major. */
  float[] weights() {
    float[] weights = new float[trits.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = trits[i];
    }
    return weights;
  }

  /**
   * Compares some results with exact sums.
   *
   * @param step the largest error of one activation, 0 if only float32 sums are rounded
   */
  void check(Contender contender, String name, double step) {
    for (int token = 0; token < tokens; token += Math.max(1, tokens / 5)) {
      for (int row = 0; row < rows; row += 37) {
        double exact = 0;
        double absolute = 0;
        for (int col = 0; col < cols; col++) {
          double term = (double) trits[row * cols + col] * x[token * cols + col];
          exact += term;
          absolute += Math.abs(term);
        }
        double bound = cols * (step + 0x1p-24 * absolute);
        float actual = contender.result(token, row);
        if (!(Math.abs(actual - exact) <= bound)) {
          throw new IllegalStateException(
              name + " gave " + actual + " for token " + token + ", row " + row + ", not " + exact);
        }
      }
    }
  }
}
