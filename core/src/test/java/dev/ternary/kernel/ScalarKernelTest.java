package dev.ternary.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.testkit.Trials;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScalarKernelTest {

  /** Rows (1, 0, -1, 1) and (-1, -1, 0, 1). */
  private static final byte[] TRITS = {1, 0, -1, 1, -1, -1, 0, 1};

  private final TernaryKernel kernel = new ScalarKernel();
  private final Workspace workspace = new Workspace();

  @Test
  void sumsAKnownExample() {
    int[] sums = new int[4];
    prepare(Scales.perTensor(9))
        .matMul(
            Int8Matrix.of(2, 4, new byte[] {5, 7, 2, -3, -128, 127, -128, 1}),
            IntMatrix.of(2, 2, sums),
            workspace);
    // 5 - 2 - 3, -5 - 7 - 3; -128 + 128 + 1, 128 - 127 + 1: scales take no part.
    assertThat(sums).containsExactly(0, -15, 1, 2);
  }

  @Test
  void scalesAKnownExamplePerTensorRowAndGroup() {
    assertThat(scaled(Scales.perTensor(0.5f))).containsExactly(0, -15);
    assertThat(scaled(Scales.perRow(4, 0.5f))).containsExactly(0, -15);
    // Groups of three and one: (5 - 2) * 1 - 3 * 10; (-5 - 7) * 0.5 - 3 * 2; times 2.
    assertThat(scaled(Scales.of(Granularity.group(3), 1, 10, 0.5f, 2))).containsExactly(-54, -24);
    // One group longer than the row.
    assertThat(scaled(Scales.of(Granularity.group(7), 3, 5))).containsExactly(0, -150);
  }

  /** Activations (5, 7, 2, -3) with a token scale of 2. */
  private float[] scaled(Scales scales) {
    var x =
        new Int8Matrix(
            1,
            4,
            MemorySegment.ofArray(new byte[] {5, 7, 2, -3}),
            MemorySegment.ofArray(new float[] {2}));
    float[] y = new float[2];
    prepare(scales).matMul(x, FloatMatrix.of(1, 2, y), workspace);
    return y;
  }

  @Test
  void multipliesFloatsOfAKnownExamplePerTensorRowAndGroup() {
    assertThat(floats(Scales.perTensor(2))).containsExactly(2.5f, 1.5f);
    assertThat(floats(Scales.perRow(2, 4))).containsExactly(2.5f, 3);
    assertThat(floats(Scales.of(Granularity.group(3), 1, 10, 0.5f, 2)))
        .containsExactly(-0.75f + 20, 0.375f * -2 + 0.125f + 4);
  }

  /** Activations (0.25, 1, 1, 2). */
  private float[] floats(Scales scales) {
    float[] y = new float[2];
    prepare(scales)
        .matMul(
            FloatMatrix.of(1, 4, new float[] {0.25f, 1, 1, 2}), FloatMatrix.of(1, 2, y), workspace);
    return y;
  }

  private PreparedMatrix prepare(Scales scales) {
    return kernel.prepare(TernaryMatrix.pack(2, 4, TRITS, Packing.twoBit(), scales));
  }

  /** The reference is itself checked against products of the trits before they were packed. */
  @Test
  void agreesWithProductsOfUnpackedTrits() {
    Trials.forAll(
        60,
        (random, size) -> {
          int tokens = random.nextInt(4);
          int rows = random.nextInt(1 + size);
          int cols = random.nextInt(1 + size);
          byte[] trits = trits(random, rows * cols);
          byte[] x = new byte[tokens * cols];
          random.nextBytes(x);
          Granularity granularity = granularity(random);
          int groups = granularity.groupsPerRow(cols);
          float[] scales = floats(random, Math.toIntExact(granularity.count(rows, cols)));
          float[] tokenScales = floats(random, tokens);
          var w =
              kernel.prepare(
                  TernaryMatrix.pack(
                      rows,
                      cols,
                      trits,
                      random.nextBoolean() ? Packing.twoBit() : Packing.base243(),
                      Scales.of(granularity, scales)));
          int[] sums = new int[tokens * rows];
          float[] y = new float[tokens * rows];
          var int8 =
              new Int8Matrix(
                  tokens, cols, MemorySegment.ofArray(x), MemorySegment.ofArray(tokenScales));
          w.matMul(int8, IntMatrix.of(tokens, rows, sums), workspace);
          w.matMul(int8, FloatMatrix.of(tokens, rows, y), workspace);
          for (int i = 0; i < sums.length; i++) {
            int row = i % rows;
            long sum = 0;
            double exact = 0;
            double absolute = 0;
            for (int col = 0; col < cols; col++) {
              int product = trits[row * cols + col] * x[i / rows * cols + col];
              int scale =
                  switch (granularity) {
                    case Granularity.PerTensor() -> 0;
                    case Granularity.PerRow() -> row;
                    case Granularity.PerGroup(int g) -> row * groups + col / g;
                  };
              sum += product;
              exact += (double) product * scales[scale] * tokenScales[i / rows];
              absolute += Math.abs((double) product * scales[scale] * tokenScales[i / rows]);
            }
            assertThat(sums[i]).isEqualTo((int) sum);
            // A product, a sum over at most cols groups, and the token's scale are rounded.
            assertThat((double) y[i]).isEqualTo(exact, within((cols + 2) * 0x1p-24 * absolute));
          }
        });
  }

  @Test
  void floatProductsKeepToTheirBound() {
    Trials.forAll(
        300,
        (random, cols) -> {
          byte[] trits = trits(random, cols);
          float[] x = floats(random, cols);
          Granularity granularity = granularity(random);
          var w =
              TernaryMatrix.pack(
                  1,
                  cols,
                  trits,
                  Packing.twoBit(),
                  Scales.of(granularity, floats(random, (int) granularity.count(1, cols))));
          float[] y = new float[1];
          kernel.prepare(w).matMul(FloatMatrix.of(1, cols, x), FloatMatrix.of(1, 1, y), workspace);
          float[] weights = w.toFloatArray();
          double exact = 0;
          double absolute = 0;
          for (int col = 0; col < cols; col++) {
            exact += (double) weights[col] * x[col];
            absolute += Math.abs((double) weights[col] * x[col]);
          }
          double relative = cols * 0x1p-24 / (1 - cols * 0x1p-24);
          assertThat((double) y[0]).isEqualTo(exact, within(relative * absolute));
        });
  }

  @Test
  void aMatrixWithoutColumnsGivesZeros() {
    var w = kernel.prepare(TernaryMatrix.pack(2, 0, new byte[0]));
    int[] sums = {7, 7};
    w.matMul(Int8Matrix.of(1, 0, new byte[0]), IntMatrix.of(1, 2, sums), workspace);
    assertThat(sums).containsExactly(0, 0);
  }

  @Test
  void refusesShapesThatDoNotFitAndSaysBoth() {
    assertThatThrownBy(() ->
            prepare(Scales.perTensor(1))
                .matMul(
                    Int8Matrix.of(1, 3, new byte[3]), IntMatrix.of(1, 2, new int[2]), workspace))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "W [2, 4] takes x [tokens, 4] and y [tokens, 2]; got x int8 [1, 3], y int32 [1, 2]");
  }

  @Test
  void refusesProductsOnceClosed() {
    var w = prepare(Scales.perTensor(1));
    w.close();
    assertThatThrownBy(() ->
            w.matMul(Int8Matrix.of(1, 4, new byte[4]), IntMatrix.of(1, 2, new int[2]), workspace))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the matrix is closed");
  }

  private static byte[] trits(SplittableRandom random, int count) {
    byte[] trits = new byte[count];
    for (int i = 0; i < count; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    return trits;
  }

  private static float[] floats(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-2, 2);
    }
    return values;
  }

  private static Granularity granularity(SplittableRandom random) {
    return switch (random.nextInt(3)) {
      case 0 -> Granularity.tensor();
      case 1 -> Granularity.row();
      default -> Granularity.group(1 + random.nextInt(20));
    };
  }
}
