package dev.ternary.packed;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.testkit.Trials;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TernaryMatrixTest {

  private static byte[] trits(SplittableRandom random, int count) {
    byte[] trits = new byte[count];
    for (int i = 0; i < count; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    return trits;
  }

  private static TernaryMatrix zeros(int rows, int cols, Scales scales) {
    return TernaryMatrix.pack(rows, cols, new byte[rows * cols], Packing.twoBit(), scales);
  }

  @Test
  void weightsAreTritsTimesScales() {
    byte[] trits = {1, 0, -1, 1, -1, 0};
    Scales groups = Scales.of(Granularity.group(2), 1, 2, 3, 4);
    assertThat(TernaryMatrix.pack(2, 3, trits, Packing.base243(), groups).toFloatArray())
        .containsExactly(1, 0, -2, 3, -3, 0);
    assertThat(
            TernaryMatrix.pack(2, 3, trits, Packing.twoBit(), Scales.perRow(2, -3)).toFloatArray())
        .containsExactly(2, 0, -2, -3, 3, 0);
    assertThat(
            TernaryMatrix.pack(2, 3, trits, Packing.twoBit(), Scales.perTensor(5)).toFloatArray())
        .containsExactly(5, 0, -5, 5, -5, 0);
  }

  @Test
  void repackingKeepsTheWeightsAndComesBackEqual() {
    Trials.forAll(
        40,
        (random, size) -> {
          int rows = random.nextInt(size + 1);
          int cols = random.nextInt(size + 1);
          byte[] trits = trits(random, rows * cols);
          TernaryMatrix matrix = TernaryMatrix.pack(rows, cols, trits);
          TernaryMatrix dense = matrix.repack(Packing.base243());
          assertThat(dense.toFloatArray()).isEqualTo(matrix.toFloatArray());
          assertThat(dense.counts()).isEqualTo(matrix.counts());
          assertThat(dense.repack(Packing.twoBit())).isEqualTo(matrix).hasSameHashCodeAs(matrix);
          assertThat(matrix.repack(Packing.twoBit())).isSameAs(matrix);
        });
  }

  @Test
  void rowsAreThePartOfTheWhole() {
    Trials.forAll(
        20,
        (random, size) -> {
          int cols = random.nextInt(size + 1);
          byte[] trits = trits(random, size * cols);
          for (Granularity granularity :
              new Granularity[] {Granularity.tensor(), Granularity.row(), Granularity.group(3)}) {
            float[] scales = new float[(int) granularity.count(size, cols)];
            for (int i = 0; i < scales.length; i++) {
              scales[i] = 1 + i;
            }
            TernaryMatrix matrix =
                TernaryMatrix.pack(
                    size, cols, trits, Packing.base243(), Scales.of(granularity, scales));
            int to = random.nextInt(size + 1);
            int from = random.nextInt(to + 1);
            assertThat(matrix.rows(from, to).toFloatArray())
                .isEqualTo(Arrays.copyOfRange(matrix.toFloatArray(), from * cols, to * cols));
          }
        });
  }

  @Test
  void countsEveryTrit() {
    TritCounts counts = TernaryMatrix.pack(1, 6, new byte[] {1, 1, 1, 0, 0, -1}).counts();
    assertThat(counts).isEqualTo(new TritCounts(1, 2, 3));
    assertThat(counts.total()).isEqualTo(6);
    assertThat(counts.zeroShare()).isEqualTo(2 / 6.0);
    assertThat(new TritCounts(0, 0, 0).zeroShare()).isZero();
  }

  @Test
  void equalityLooksAtTritsScalesAndPacking() {
    TernaryMatrix matrix = TernaryMatrix.pack(1, 2, new byte[] {1, 0});
    assertThat(matrix)
        .isEqualTo(TernaryMatrix.pack(1, 2, new byte[] {1, 0}))
        .isNotEqualTo(TernaryMatrix.pack(1, 2, new byte[] {1, 1}))
        .isNotEqualTo(TernaryMatrix.pack(2, 1, new byte[] {1, 0}))
        .isNotEqualTo(matrix.repack(Packing.base243()))
        .isNotEqualTo(
            TernaryMatrix.pack(1, 2, new byte[] {1, 0}, Packing.twoBit(), Scales.perTensor(2)));
  }

  @Test
  void refusesWrongByteCountAndSaysBoth() {
    assertThatThrownBy(() ->
            new TernaryMatrix(
                2, 5, Packing.twoBit(), MemorySegment.ofArray(new byte[3]), Scales.perTensor(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("[2, 5] packed 2bit needs 4 bytes, got 3");
    assertThatThrownBy(() -> TernaryMatrix.pack(2, 2, new byte[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("[2, 2] needs 4 trits, got 3");
    assertThatThrownBy(() -> zeros(-1, 0, Scales.perTensor(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesWrongScaleCountAndSaysBoth() {
    assertThatThrownBy(() -> zeros(2, 5, Scales.perRow(1, 2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("[2, 5] scaled per row needs 2 scales, got 3");
    assertThatThrownBy(() -> zeros(2, 5, Scales.of(Granularity.group(2), 1, 2, 3, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("[2, 5] scaled per group:2 needs 6 scales, got 4");
  }

  @Test
  void refusesAnInvalidByteAndSaysWhere() {
    byte[] codes = {121, 121, (byte) 243, 121};
    assertThatThrownBy(() ->
            new TernaryMatrix(
                2, 10, Packing.base243(), MemorySegment.ofArray(codes), Scales.perTensor(1)))
        .isInstanceOfSatisfying(
            InvalidCodeException.class, e -> assertThat(e.offset()).isEqualTo(2))
        .hasMessage("byte 243 at byte offset 2 of shape [2, 10] is no valid base243 code");
  }

  @Test
  void refusesCodeThreeAndSaysAtWhichWeight() {
    byte[] codes = TernaryMatrix.pack(3, 7, new byte[21]).codes().toArray(JAVA_BYTE);
    codes[5] |= (byte) (3 << 2);
    assertThatThrownBy(() ->
            new TernaryMatrix(
                3, 7, Packing.twoBit(), MemorySegment.ofArray(codes), Scales.perTensor(1)))
        .isInstanceOfSatisfying(
            InvalidCodeException.class, e -> assertThat(e.offset()).isEqualTo(5))
        // Row 2 begins at byte 4 and index 14; byte 5 holds its columns 4 to 6.
        .hasMessage("code 3 at index 19 of shape [3, 7] is not 0, 1 or 2");
  }

  @Test
  void refusesPaddingThatIsNoZeroAndSaysWhichByte() {
    byte[] codes = TernaryMatrix.pack(3, 7, new byte[21]).codes().toArray(JAVA_BYTE);
    for (int padding : new int[] {0, 2, 3}) {
      codes[3] = (byte) (0b01_01_01 | padding << 6);
      assertThatThrownBy(() ->
              new TernaryMatrix(
                  3, 7, Packing.twoBit(), MemorySegment.ofArray(codes), Scales.perTensor(1)))
          .isInstanceOf(InvalidCodeException.class)
          .hasMessage(
              "byte "
                  + (codes[3] & 0xff)
                  + " at byte offset 3 of shape [3, 7] is no valid 2bit code");
    }
  }

  @Test
  void saysItsSizeInBytesAndWords() {
    TernaryMatrix matrix = zeros(3, 5, Scales.perRow(1, 2, 3));
    assertThat(matrix.packedBytes()).isEqualTo(3 * 2 + 3 * 4);
    assertThat(matrix.rowBytes()).isEqualTo(2);
    assertThat(matrix.codes().isReadOnly()).isTrue();
    assertThat(matrix).hasToString("ternary [3, 5] 2bit, 3 scales a row");
  }

  @Test
  void tritsComeBackRowByRowAndAtOnce() {
    byte[] trits = {1, 0, -1, 0, 0, 1, -1, -1, 1, 1};
    TernaryMatrix matrix = TernaryMatrix.pack(2, 5, trits, Packing.base243(), Scales.perTensor(1));
    assertThat(matrix.trits()).containsExactly(trits);
    byte[] seen = new byte[10];
    matrix.forEachRow((row, values) -> System.arraycopy(values, 0, seen, 5 * row, 5));
    assertThat(seen).containsExactly(trits);
  }

  @Test
  void otherScalesShareTheCodes() {
    TernaryMatrix matrix = TernaryMatrix.pack(2, 2, new byte[] {1, -1, 0, 1});
    TernaryMatrix scaled = matrix.withScales(Scales.perRow(2, 3));
    assertThat(scaled.toFloatArray()).containsExactly(2, -2, 0, 3);
    assertThat(scaled.codes()).isSameAs(matrix.codes());
    assertThat(scaled.codes().isReadOnly()).isTrue();
    assertThatThrownBy(() -> matrix.withScales(Scales.perRow(1, 2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("[2, 2] scaled per row needs 2 scales, got 3");
  }

  @Test
  void matricesOfNothingCostNothing() {
    for (int[] shape : new int[][] {{0, Integer.MAX_VALUE}, {Integer.MAX_VALUE, 0}}) {
      TernaryMatrix nothing =
          new TernaryMatrix(
              shape[0],
              shape[1],
              Packing.twoBit(),
              MemorySegment.ofArray(new byte[0]),
              Scales.perTensor(1));
      assertThat(nothing.counts()).isEqualTo(new TritCounts(0, 0, 0));
      assertThat(nothing.toFloatArray()).isEmpty();
      assertThat(nothing.trits()).isEmpty();
    }
  }
}
