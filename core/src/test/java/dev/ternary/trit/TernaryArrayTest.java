package dev.ternary.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.packed.InvalidCodeException;
import dev.ternary.packed.Packing;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.LittleEndian;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TernaryArrayTest {

  private static final TernaryArray A = TernaryArray.of(1, 0, -1);

  @Test
  void isMadeOfEverySource() {
    assertThat(TernaryArray.of(Shape.of(3), new byte[] {1, 0, -1})).isEqualTo(A);
    assertThat(TernaryArray.ofCodes(2, 1, 0)).isEqualTo(A);
    assertThat(TernaryArray.ofCodes(Shape.of(3), new byte[] {2, 1, 0})).isEqualTo(A);
    assertThat(TernaryArray.ofFloats(0.5, 0.51f, 0.5f, -9)).isEqualTo(A);
    assertThat(TernaryArray.parse("+0-")).isEqualTo(A);
    assertThat(TernaryArray.parse("10T")).isEqualTo(A);
    assertThat(TernaryArray.of(Tensor.of(Shape.of(3), 1L, 0L, -1L))).isEqualTo(A);
    assertThat(TernaryArray.ofCodes(new Tensor(DType.U8, Shape.of(3), bytes(2, 1, 0))))
        .isEqualTo(A);
    assertThat(TernaryArray.of(A.toTensor())).isEqualTo(A);
    assertThat(TernaryArray.of(new int[][] {{1, 0}, {-1, 1}}).shape()).isEqualTo(Shape.of(2, 2));
    assertThat(TernaryArray.zeros(2, 2)).isEqualTo(TernaryArray.of(Shape.of(2, 2), 0, 0, 0, 0));
    assertThat(TernaryArray.ones().get()).isEqualTo(1);
    assertThat(TernaryArray.full(-1, 3)).isEqualTo(TernaryArray.of(-1, -1, -1));
    assertThat(TernaryArray.random(7, 9, 9)).isEqualTo(TernaryArray.random(7, 9, 9));
    assertThat(A.toTritString()).isEqualTo("+0-");
    assertThat(A.trits()).containsExactly(1, 0, -1);
  }

  @Test
  void doublesAreComparedAsTheyAre() {
    // NumPy: np.where(a > t, 1, np.where(a < -t, -1, 0))
    assertThat(ofDoubles(0.5, 0.5000000001, -0.5000000001, 0.5))
        .isEqualTo(TernaryArray.of(1, -1, 0));
    assertThat(ofDoubles(0, 1e-50, -1e-50, 0)).isEqualTo(TernaryArray.of(1, -1, 0));
    assertThat(ofDoubles(1e300, Double.MAX_VALUE, -1e301, 1e299))
        .isEqualTo(TernaryArray.of(1, -1, 0));
    // A long that no float holds: 2^24 + 1.
    assertThat(TernaryArray.ofFloats(1 << 24, Tensor.of(Shape.of(2), (1L << 24) + 1, 1L << 24)))
        .isEqualTo(TernaryArray.of(1, 0));
    assertThat(TernaryArray.ofFloats(0.1, 0.1f).get(0)).isEqualTo(1);
  }

  private static TernaryArray ofDoubles(double threshold, double... values) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[8 * values.length]);
    for (int i = 0; i < values.length; i++) {
      bytes.set(LittleEndian.DOUBLE, 8L * i, values[i]);
    }
    return TernaryArray.ofFloats(threshold, new Tensor(DType.F64, Shape.of(values.length), bytes));
  }

  @Test
  void floatsAreNoIntegers() {
    assertThatThrownBy(() -> TernaryArray.of(Tensor.of(Shape.of(2), 1f, 0f)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("elements of type F32 are no integers; ofFloats takes a threshold");
  }

  private static MemorySegment bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return MemorySegment.ofArray(bytes);
  }

  /** (+1, 0, -1, +1, 0) is 140 in base 243, by hand: 2 + 3 + 0 + 54 + 81. */
  @Test
  void packsAsTheSpecificationDoes() {
    TernaryArray array = TernaryArray.parse("+0-+0");

    assertThat(array.toPacked(Packing.base243())).containsExactly(140);
    assertThat(array.toPacked(Packing.twoBit())).containsExactly(0b10_00_01_10, 0b01_01_01_01);
    assertThat(TernaryArray.ofPacked(Shape.of(5), Packing.base243(), bytes(140))).isEqualTo(array);
    assertThat(TernaryArray.viewOf2Bit(Shape.of(5), bytes(0b10_00_01_10, 0b01_01_01_01)))
        .isEqualTo(array);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 5, 31, 32, 33, 63, 64, 65, 127, 20479, 20481, 262144, 300001})
  void everyFormGoesThereAndBack(int size) {
    byte[] values = new byte[size];
    SplittableRandom random = new SplittableRandom(size);
    for (int i = 0; i < size; i++) {
      values[i] = (byte) (random.nextInt(3) - 1);
    }
    Shape shape = Shape.of(size);
    TernaryArray array = TernaryArray.of(shape, values);

    assertThat(array.toByteArray()).isEqualTo(values);
    assertThat(TernaryArray.ofCodes(shape, array.toCodes())).isEqualTo(array);
    assertThat(TernaryArray.of(array.toIntArray())).isEqualTo(array);
    assertThat(TernaryArray.parse(array.toTritString())).isEqualTo(array);
    for (Packing packing : List.of(Packing.twoBit(), Packing.base243())) {
      MemorySegment packed = MemorySegment.ofArray(array.toPacked(packing));
      assertThat(TernaryArray.ofPacked(shape, packing, packed)).isEqualTo(array);
    }
    try (Arena arena = Arena.ofConfined()) {
      byte[] packed = array.toPacked(Packing.twoBit());
      MemorySegment codes = arena.allocate(packed.length).copyFrom(MemorySegment.ofArray(packed));
      TernaryArray view = TernaryArray.viewOf2Bit(shape, codes);
      assertThat(view).isEqualTo(array).hasSameHashCodeAs(array);
      assertThat(view.add(view)).isEqualTo(array.add(array));
      assertThat(view.not().sum()).isEqualTo(-array.sum());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 7, 8, 63, 64, 65, 99})
  void refusesWhatIsNoTritWhereverItStands(int at) {
    byte[] values = new byte[100];
    values[at] = 3;
    assertThatThrownBy(() -> TernaryArray.of(Shape.of(100), values))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("trit 3 at index " + at + " is not -1, 0 or +1");
    assertThatThrownBy(() -> TernaryArray.ofCodes(Shape.of(100), values))
        .isInstanceOf(InvalidCodeException.class)
        .hasMessage("code 3 at index " + at + " is not 0, 1 or 2");
    for (int value : new int[] {-128, -2, 2, 127}) {
      values[at] = (byte) value;
      assertThatThrownBy(() -> TernaryArray.of(Shape.of(100), values))
          .hasMessage("trit " + value + " at index " + at + " is not -1, 0 or +1");
    }
    for (int value : new int[] {-1, -128, 3, 4, 127}) {
      values[at] = (byte) value;
      assertThatThrownBy(() -> TernaryArray.ofCodes(Shape.of(100), values))
          .hasMessage("code " + (value & 0xff) + " at index " + at + " is not 0, 1 or 2");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 30, 31, 32, 63, 64, 98, 99})
  void refusesCodeThreeInPackedBytesWhereverItStands(int at) {
    byte[] packed = TernaryArray.zeros(100).toPacked(Packing.twoBit());
    packed[at / 4] |= (byte) (3 << (2 * (at % 4)));
    MemorySegment codes = MemorySegment.ofArray(packed);
    String message = "code 3 at index " + at + " of shape [100] is not 0, 1 or 2";
    assertThatThrownBy(() -> TernaryArray.ofPacked(Shape.of(100), Packing.twoBit(), codes))
        .isInstanceOf(InvalidCodeException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> TernaryArray.viewOf2Bit(Shape.of(100), codes)).hasMessage(message);
  }

  @Test
  void refusesOtherBadInput() {
    assertThatThrownBy(() -> TernaryArray.of(0, 1, 2))
        .hasMessage("trit 2 at index 2 is not -1, 0 or +1");
    assertThatThrownBy(() -> TernaryArray.ofCodes(0, -1))
        .hasMessage("code -1 at index 1 is not 0, 1 or 2");
    assertThatThrownBy(() -> TernaryArray.of(Tensor.of(Shape.of(2), 0L, 1L << 32)))
        .hasMessage("trit 4294967296 at index 1 is not -1, 0 or +1");
    assertThatThrownBy(() -> TernaryArray.ofFloats(0.5, 0, Float.NaN))
        .hasMessage("NaN at index 1 is no number to make a trit of");
    assertThatThrownBy(() -> TernaryArray.ofFloats(-1, 0))
        .hasMessage("threshold -1.0 is not 0 or more");
    assertThatThrownBy(() -> TernaryArray.parse("+0x"))
        .hasMessage("'x' at index 2 is not one of + 0 - 1 T");
    assertThatThrownBy(() -> TernaryArray.of(Shape.of(2, 2), 1, 0, 1))
        .hasMessage("shape [2, 2] needs 4 trits, got 3");
    assertThatThrownBy(() -> TernaryArray.of(new int[][] {{0}, {0, 1}}))
        .hasMessage("row 1 has 2 trits, row 0 has 1");
    assertThatThrownBy(() -> TernaryArray.ofPacked(Shape.of(5), Packing.twoBit(), bytes(0)))
        .hasMessage("shape [5] packed 2bit needs 2 bytes, got 1");
    assertThatThrownBy(() -> TernaryArray.ofPacked(Shape.of(5), Packing.base243(), bytes(243)))
        .hasMessage("byte 243 at byte offset 0 of shape [5] is no valid base243 code");
    assertThatThrownBy(() -> TernaryArray.zeros(1L << 40, 1L << 40))
        .hasMessageContaining("more than 2^63 - 1 elements");
    assertThatThrownBy(() -> TernaryArray.zeros(-1)).hasMessageContaining("negative dimension");
    assertThatThrownBy(() -> TernaryArray.full(2, 1)).hasMessage("trit 2 is not -1, 0 or +1");
    assertThatThrownBy(() -> TernaryArray.zeros(1L << 33).toByteArray())
        .hasMessage("shape [8589934592] has too many elements for an array");
    assertThatThrownBy(() -> A.get(3))
        .hasMessage("index 3 is out of bounds for axis 0 of shape [3]");
    assertThatThrownBy(() -> A.get(0, 0))
        .hasMessage("index [0, 0] has 2 numbers, shape [3] needs 1");
  }

  @Test
  void refusesResultsThatAreTooLarge() {
    TernaryArray large = TernaryArray.zeros(1L << 33);
    assertThatThrownBy(() -> TernaryArray.zeros(1L << 60))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1152921504606846976 trits are more than an array can hold");
    assertThatThrownBy(() -> large.tile(1L << 40))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cannot repeat [8589934592] 1099511627776 times: the result is too large");
    assertThatThrownBy(() -> large.tile(1L << 20, 1L << 20))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> large.sum(Axes.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has too many elements");
    assertThatThrownBy(() -> large.argSort(0))
        .hasMessage("a result of shape [8589934592] has too many elements");
    assertThatThrownBy(() -> TernaryArray.zeros(1L << 36).toPacked(Packing.twoBit()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("takes 17179869184 bytes packed, too many for an array");
  }

  @Test
  void iteratesAlongTheOutermostAxis() {
    List<TernaryArray> rows = new ArrayList<>();
    TernaryArray.of(new int[][] {{1, 0}, {-1, 1}}).forEach(rows::add);
    assertThat(rows).containsExactly(TernaryArray.of(1, 0), TernaryArray.of(-1, 1));
    assertThatThrownBy(() -> TernaryArray.ones().iterator())
        .hasMessage("an array of rank 0 has no axis to iterate along");
  }

  @Test
  void drawsEachTritAboutEquallyOften() {
    var counts = TernaryArray.random(42, 1000, 1000).counts();
    // Five standard deviations of a binomial with p = 1/3 are 2357.
    assertThat(counts.negatives()).isBetween(330_976L, 335_691L);
    assertThat(counts.zeros()).isBetween(330_976L, 335_691L);
  }

  @Test
  void differsByShapeAndByTrits() {
    assertThat(A).isNotEqualTo(A.reshape(1, 3)).isNotEqualTo(A.not()).isNotEqualTo("+0-");
    assertThat(A.not().not()).isEqualTo(A).hasSameHashCodeAs(A);
    assertThat(A.reshape(3)).hasSameHashCodeAs(A);
  }

  @Test
  void builderWritesPartsAndStaysApartFromWhatItBuilt() {
    TernaryArrayBuilder builder = new TernaryArrayBuilder(Shape.of(2, 3));
    builder.set(1, 0, -1).set(-1, 1, 0);
    TernaryArray first = builder.build();
    builder.fill(1, Index.at(1)).assign(A, Index.at(0));
    assertThat(first).isEqualTo(TernaryArray.of(new int[][] {{0, 0, 1}, {-1, 0, 0}}));
    assertThat(builder.build()).isEqualTo(TernaryArray.of(new int[][] {{1, 0, -1}, {1, 1, 1}}));
    assertThat(builder.get(0, 2)).isEqualTo(-1);
    builder.fill(0, Index.ellipsis(), Index.every(-2));
    assertThat(builder.build()).isEqualTo(TernaryArray.of(new int[][] {{0, 0, 0}, {0, 1, 0}}));
    assertThatThrownBy(() -> builder.set(2, 0, 0)).hasMessage("trit 2 is not -1, 0 or +1");
    assertThatThrownBy(() -> builder.assign(TernaryArray.zeros(2), Index.at(0)))
        .hasMessage("shape [2] does not broadcast to [3]");
  }

  @Test
  void chunksThatAreSharedAreNotWritten() {
    TernaryArray ones = TernaryArray.ones(1 << 20);
    TernaryArrayBuilder builder = new TernaryArrayBuilder(ones.shape());
    builder.assign(ones).set(-1, 5);
    assertThat(ones.sum()).isEqualTo(1 << 20);
    assertThat(builder.build().sum()).isEqualTo((1 << 20) - 2);
  }
}
