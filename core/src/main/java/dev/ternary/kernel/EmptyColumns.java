package dev.ternary.kernel;

import dev.ternary.kernel.spi.KernelWeights;
import dev.ternary.kernel.spi.Scratch;

/** The weights of a matrix without columns, whose sums are of nothing. */
record EmptyColumns(Epilogue epilogue) implements KernelWeights {

  @Override
  public void sums(Int8Matrix x, IntMatrix sums, Scratch scratch) {
    sums.values().fill((byte) 0);
  }

  @Override
  public void scaled(Int8Matrix x, FloatMatrix y, Scratch scratch) {
    for (int token = 0; token < y.rows(); token++) {
      // A sum of nothing is 0, and still takes the sign of its token's scale.
      fill(y, token, 0 * x.scale(token));
    }
  }

  @Override
  public void floats(FloatMatrix x, FloatMatrix y, Scratch scratch) {
    for (int token = 0; token < y.rows(); token++) {
      fill(y, token, 0);
    }
  }

  private void fill(FloatMatrix y, int token, float sum) {
    for (int row = 0; row < y.cols(); row++) {
      y.set(token, row, epilogue.apply(sum, row));
    }
  }

  @Override
  public void close() {}
}
