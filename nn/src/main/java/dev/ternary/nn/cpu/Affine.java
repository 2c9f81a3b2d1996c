package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.List;

/** {@code x * scale + shift} with one scale and shift for each feature: batch normalization. */
final class Affine implements Operator {

  private final float[] scale;
  private final float[] shift;
  private final boolean last;

  /**
   * Copies the numbers.
   *
   * @param last whether features are the last dimension in memory, otherwise the first
   */
  Affine(float[] scale, float[] shift, boolean last) {
    this.scale = scale.clone();
    this.shift = shift.clone();
    this.last = last;
  }

  @Override
  public long work(List<Shape> in, Shape out) {
    return out.elements();
  }

  @Override
  public boolean inPlace(int index) {
    return true;
  }

  @Override
  public boolean writesMaxima() {
    return true;
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    int inner = last ? 1 : out.size() / scale.length;
    if (inner == 1) {
      return Blocks.of(memory, in.getFirst(), out, scale.length, this::changeRows);
    }
    return Blocks.of(
        memory,
        in.getFirst(),
        out,
        1,
        (_, block, from, count) -> changeFeatures(block, from, count, inner));
  }

  /** Whole rows, each of one element of each feature. */
  private void changeRows(int worker, float[] block, long from, int count) {
    for (int at = 0; at < count; at += scale.length) {
      for (int i = 0; i < scale.length; i++) {
        block[at + i] = block[at + i] * scale[i] + shift[i];
      }
    }
  }

  /** Runs of {@code inner} elements of one feature. */
  private void changeFeatures(float[] block, long from, int count, int inner) {
    int at = 0;
    while (at < count) {
      long element = from + at;
      int feature = (int) (element / inner % scale.length);
      int end = (int) Math.min(count, at + inner - element % inner);
      float factor = scale[feature];
      float summand = shift[feature];
      for (int i = at; i < end; i++) {
        block[i] = block[i] * factor + summand;
      }
      at = end;
    }
  }
}
