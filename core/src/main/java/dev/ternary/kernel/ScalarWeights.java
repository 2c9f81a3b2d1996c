package dev.ternary.kernel;

import dev.ternary.kernel.spi.KernelWeights;
import dev.ternary.kernel.spi.Scratch;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;

/** The layout of {@link ScalarKernel}: one trit a byte. */
final class ScalarWeights implements KernelWeights {

  /** About 15 microseconds. */
  private static final long PRODUCTS_A_PART = 1 << 14;

  private final int cols;
  private final Scales scales;
  private final int groupCols;
  private final Epilogue epilogue;
  private final byte[][] trits;

  ScalarWeights(TernaryMatrix w, Epilogue epilogue) {
    this.epilogue = epilogue;
    cols = w.cols();
    scales = w.scales();
    groupCols =
        switch (scales.granularity()) {
          case Granularity.PerTensor() -> cols;
          case Granularity.PerRow() -> cols;
          case Granularity.PerGroup(int g) -> g;
        };
    trits = new byte[w.rows()][cols];
    for (int row = 0; row < trits.length; row++) {
      w.unpackRow(row, trits[row]);
    }
  }

  @Override
  public void sums(Int8Matrix x, IntMatrix sums, Scratch scratch) {
    forRows(
        scratch,
        x.rows(),
        row -> {
          for (int token = 0; token < x.rows(); token++) {
            sums.set(token, row, dot(x, token, row, 0, cols));
          }
        });
  }

  @Override
  public void scaled(Int8Matrix x, FloatMatrix y, Scratch scratch) {
    forRows(
        scratch,
        x.rows(),
        row -> {
          for (int token = 0; token < x.rows(); token++) {
            float sum = 0;
            for (int from = 0; from < cols; from += groupCols) {
              int to = Math.min(cols - from, groupCols) + from;
              float part = dot(x, token, row, from, to) * scales.at(row, from, cols);
              // A sum that starts at +0 would turn a single -0 into +0.
              sum = from == 0 ? part : sum + part;
            }
            y.set(token, row, epilogue.apply(sum * x.scale(token), row));
          }
        });
  }

  @Override
  public void floats(FloatMatrix x, FloatMatrix y, Scratch scratch) {
    forRows(
        scratch,
        x.rows(),
        row -> {
          for (int token = 0; token < x.rows(); token++) {
            float sum = 0;
            for (int from = 0; from < cols; from += groupCols) {
              int to = Math.min(cols - from, groupCols) + from;
              sum += dot(x, token, row, from, to) * scales.at(row, from, cols);
            }
            y.set(token, row, epilogue.apply(sum, row));
          }
        });
  }

  private int dot(Int8Matrix x, int token, int row, int from, int to) {
    byte[] w = trits[row];
    int sum = 0;
    for (int col = from; col < to; col++) {
      sum += w[col] * x.get(token, col);
    }
    return sum;
  }

  private float dot(FloatMatrix x, int token, int row, int from, int to) {
    byte[] w = trits[row];
    float sum = 0;
    for (int col = from; col < to; col++) {
      sum += w[col] * x.get(token, col);
    }
    return sum;
  }

  private interface Row {
    void compute(int row);
  }

  private void forRows(Scratch scratch, int tokens, Row row) {
    scratch
        .parallelism()
        .forParts(
            trits.length,
            1,
            Parallelism.leastRows(PRODUCTS_A_PART, tokens, cols),
            (_, from, to) -> {
              for (int r = from; r < to; r++) {
                row.compute(r);
              }
            });
  }

  @Override
  public void close() {
    // The collector frees what it has.
  }
}
