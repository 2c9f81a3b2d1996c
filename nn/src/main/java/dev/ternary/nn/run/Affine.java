package dev.ternary.nn.run;

import dev.ternary.kernel.FloatMatrix;
import java.lang.foreign.MemorySegment;

/** {@code x * scale + shift} with one scale and shift for each feature: batch normalization. */
public final class Affine implements Step {

  private final float[] scale;
  private final float[] shift;
  private final int inner;

  /**
   * Copies the numbers.
   *
   * @param inner elements that belong to one feature of one sample
   */
  public Affine(float[] scale, float[] shift, int inner) {
    this.scale = scale.clone();
    this.shift = shift.clone();
    this.inner = inner;
  }

  @Override
  public int inSize() {
    return Math.multiplyExact(scale.length, inner);
  }

  @Override
  public int outSize() {
    return inSize();
  }

  @Override
  public long work() {
    return inSize();
  }

  @Override
  public boolean inPlace() {
    return true;
  }

  @Override
  public Runnable bind(Memory memory, FloatMatrix x, FloatMatrix y) {
    MemorySegment from = x.values();
    MemorySegment to = y.values();
    int rows = x.rows();
    if (inner == 1) {
      float[] row = new float[scale.length];
      return () -> applyToRows(from, to, rows, row);
    }
    float[] block = new float[Staged.size(inner)];
    return () -> {
      long at = 0;
      for (int row = 0; row < rows; row++) {
        for (int f = 0; f < scale.length; f++, at += inner) {
          applyToFeature(from, to, at, f, block);
        }
      }
    };
  }

  private void applyToRows(MemorySegment x, MemorySegment y, int rows, float[] row) {
    for (int r = 0; r < rows; r++) {
      Staged.load(x, (long) r * row.length, row, row.length);
      for (int i = 0; i < row.length; i++) {
        row[i] = row[i] * scale[i] + shift[i];
      }
      Staged.store(row, y, (long) r * row.length, row.length);
    }
  }

  private void applyToFeature(
      MemorySegment x, MemorySegment y, long from, int feature, float[] block) {
    float factor = scale[feature];
    float summand = shift[feature];
    for (int at = 0; at < inner; at += block.length) {
      int n = Math.min(block.length, inner - at);
      Staged.load(x, from + at, block, n);
      for (int i = 0; i < n; i++) {
        block[i] = block[i] * factor + summand;
      }
      Staged.store(block, y, from + at, n);
    }
  }
}
