package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** {@code x * scale + shift} with one scale and shift for each feature: batch normalization. */
final class Affine implements Operator {

  private final float[] scale;
  private final float[] shift;

  /** Copies the numbers. */
  Affine(float[] scale, float[] shift) {
    this.scale = scale.clone();
    this.shift = shift.clone();
  }

  @Override
  public long work(List<Shape> in, Shape out) {
    return out.elements();
  }

  @Override
  public boolean inPlace() {
    return true;
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    MemorySegment from = in.getFirst().values();
    MemorySegment to = out.values();
    int rows = out.samples();
    int inner = out.size() / scale.length;
    if (inner == 1) {
      float[] row = new float[scale.length];
      return () -> applyToRows(from, to, rows, row);
    }
    float[] block = new float[Staged.size(inner)];
    return () -> {
      long at = 0;
      for (int row = 0; row < rows; row++) {
        for (int f = 0; f < scale.length; f++, at += inner) {
          applyToFeature(from, to, at, f, inner, block);
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
      MemorySegment x, MemorySegment y, long from, int feature, int inner, float[] block) {
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
