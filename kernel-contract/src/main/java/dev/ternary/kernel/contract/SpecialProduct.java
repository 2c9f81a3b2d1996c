package dev.ternary.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Products of equal weights of scale 1 and activations 1, so that all rows of a token have one
 * result, whose sign and NaN matter.
 */
final class SpecialProduct {

  private final TernaryKernel kernel;
  private final int rows;
  private final int cols;
  private final Granularity granularity;
  private final float[] tokenScales;

  SpecialProduct(
      TernaryKernel kernel, int rows, int cols, Granularity granularity, float... tokenScales) {
    this.kernel = kernel;
    this.rows = rows;
    this.cols = cols;
    this.granularity = granularity;
    this.tokenScales = tokenScales;
  }

  /** Fails unless every row of token {@code t} becomes {@code expected[t]}, to the sign of zero. */
  void check(byte trit, Epilogue epilogue, float... expected) {
    // Repeated, so that there are enough tokens for kernels that take many at once.
    for (int repeats : new int[] {1, 4}) {
      int tokens = repeats * tokenScales.length;
      byte[] ones = new byte[tokens * cols];
      Arrays.fill(ones, (byte) 1);
      float[] floats = new float[tokens * cols];
      float[] scales = new float[tokens];
      for (int token = 0; token < tokens; token++) {
        scales[token] = tokenScales[token % tokenScales.length];
        Arrays.fill(floats, token * cols, (token + 1) * cols, scales[token]);
      }
      float[] y = new float[tokens * rows];
      float[] yFloats = new float[tokens * rows];
      try (PreparedMatrix w = kernel.prepare(weights(trit), epilogue);
          Workspace workspace = new Workspace()) {
        var x =
            new Int8Matrix(
                tokens, cols, MemorySegment.ofArray(ones), MemorySegment.ofArray(scales));
        w.matMul(x, FloatMatrix.of(tokens, rows, y), workspace);
        w.matMul(
            FloatMatrix.of(tokens, cols, floats), FloatMatrix.of(tokens, rows, yFloats), workspace);
      }
      for (int i = 0; i < y.length; i++) {
        float wanted = expected[i / rows % expected.length];
        String what = kernel.name() + ", trits " + trit + ", " + this + ", " + epilogue;
        assertThat(Float.floatToIntBits(y[i])).as(what).isEqualTo(Float.floatToIntBits(wanted));
        // With float32 activations a sum of nothing is 0, and without an epilogue the sign of 0
        // is free.
        float wantedFloat = cols == 0 ? epilogue.apply(0, i % rows) : wanted;
        float either = epilogue.isNone() ? 0f : -0f;
        assertThat(Float.floatToIntBits(yFloats[i] + either))
            .as(what)
            .isEqualTo(Float.floatToIntBits(wantedFloat + either));
      }
    }
  }

  private TernaryMatrix weights(byte trit) {
    byte[] trits = new byte[rows * cols];
    Arrays.fill(trits, trit);
    float[] ones = new float[Math.toIntExact(granularity.count(rows, cols))];
    Arrays.fill(ones, 1);
    return TernaryMatrix.pack(rows, cols, trits, Packing.twoBit(), Scales.of(granularity, ones));
  }

  @Override
  public String toString() {
    return "[" + rows + ", " + cols + "] by " + granularity;
  }
}
