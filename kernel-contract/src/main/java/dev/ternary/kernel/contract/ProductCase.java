package dev.ternary.kernel.contract;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One product to compute: weights {@code [rows, cols]}, and activations {@code [tokens, cols]} both
 * as int8 with a scale a token and as float32. Everything comes from the random generator, so a
 * seed repeats it.
 */
final class ProductCase {

  private static final int[] GROUPS = {1, 2, 3, 9, 31, 32, 64, 100, 128, 250, 256, 300, 600};

  private final TernaryMatrix w;
  private final Epilogue epilogue;
  private final int tokens;
  private final byte[] int8;
  private final float[] tokenScales;
  private final float[] floats;

  private ProductCase(
      TernaryMatrix w,
      Epilogue epilogue,
      int tokens,
      byte[] int8,
      float[] tokenScales,
      float[] floats) {
    this.w = w;
    this.epilogue = epilogue;
    this.tokens = tokens;
    this.int8 = int8;
    this.tokenScales = tokenScales;
    this.floats = floats;
  }

  /** Random weights of the given shape; packing, scales and epilogue are drawn too. */
  static ProductCase random(SplittableRandom random, int tokens, int rows, int cols) {
    Granularity granularity =
        switch (random.nextInt(3)) {
          case 0 -> Granularity.tensor();
          case 1 -> Granularity.row();
          default -> Granularity.group(GROUPS[random.nextInt(GROUPS.length)]);
        };
    return random(random, tokens, rows, cols, granularity);
  }

  /** Random weights of the given shape and scales. */
  static ProductCase random(
      SplittableRandom random, int tokens, int rows, int cols, Granularity granularity) {
    byte[] trits = trits(random, rows * cols);
    byte[] int8 = new byte[tokens * cols];
    random.nextBytes(int8);
    float[] floats = floats(random, tokens * cols);
    Packing packing = random.nextBoolean() ? Packing.twoBit() : Packing.base243();
    Scales scales =
        Scales.of(granularity, floats(random, Math.toIntExact(granularity.count(rows, cols))));
    return new ProductCase(
        TernaryMatrix.pack(rows, cols, trits, packing, scales),
        epilogue(random, rows),
        tokens,
        int8,
        floats(random, tokens),
        floats);
  }

  /** All weights are {@code trit}, all activations {@code activation}. */
  static ProductCase constant(int tokens, int rows, int cols, byte trit, byte activation) {
    byte[] trits = new byte[rows * cols];
    Arrays.fill(trits, trit);
    byte[] int8 = new byte[tokens * cols];
    Arrays.fill(int8, activation);
    float[] ones = new float[tokens];
    Arrays.fill(ones, 1);
    float[] floats = new float[tokens * cols];
    Arrays.fill(floats, activation);
    return new ProductCase(
        TernaryMatrix.pack(rows, cols, trits), Epilogue.none(), tokens, int8, ones, floats);
  }

  private static Epilogue epilogue(SplittableRandom random, int rows) {
    return switch (random.nextInt(4)) {
      case 0 -> Epilogue.none();
      case 1 -> Epilogue.bias(floats(random, rows));
      case 2 -> Epilogue.none().withRelu();
      default -> Epilogue.bias(floats(random, rows)).withRelu();
    };
  }

  static byte[] trits(SplittableRandom random, int count) {
    byte[] trits = new byte[count];
    for (int i = 0; i < count; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    return trits;
  }

  static float[] floats(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-3, 3);
    }
    return values;
  }

  TernaryMatrix w() {
    return w;
  }

  Epilogue epilogue() {
    return epilogue;
  }

  int tokens() {
    return tokens;
  }

  /** The int8 activations, shared. */
  byte[] int8() {
    return int8;
  }

  /** The float32 activations, shared. */
  float[] floats() {
    return floats;
  }

  Int8Matrix int8(Placement placement) {
    return new Int8Matrix(tokens, w.cols(), placement.of(int8), placement.of(bytes(tokenScales)));
  }

  FloatMatrix floats(Placement placement) {
    return new FloatMatrix(tokens, w.cols(), placement.of(bytes(floats)));
  }

  private static byte[] bytes(float[] values) {
    return MemorySegment.ofArray(values).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public String toString() {
    return tokens + " tokens, " + w + ", " + epilogue;
  }
}
