package dev.ternary.nn.run;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

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
    return () -> {
      long at = 0;
      for (int row = 0; row < rows; row++) {
        for (int f = 0; f < scale.length; f++, at += inner) {
          apply(from, to, at, inner, scale[f], shift[f]);
        }
      }
    };
  }

  private static void apply(
      MemorySegment x, MemorySegment y, long at, int count, float scale, float shift) {
    for (int i = 0; i < count; i++) {
      float v = x.getAtIndex(JAVA_FLOAT_UNALIGNED, at + i) * scale + shift;
      y.setAtIndex(JAVA_FLOAT_UNALIGNED, at + i, v);
    }
  }
}
