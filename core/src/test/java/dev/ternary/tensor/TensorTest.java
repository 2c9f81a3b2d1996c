package dev.ternary.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorTest {

  /** Bytes from numpy and torch, little-endian; each value twice so that position 1 counts. */
  @ParameterizedTest
  @CsvSource({
    "F32, 0000c0bf, -1.5",
    "F16, 00be, -1.5",
    "F16, 0100, 5.9604645E-8",
    "F16, 007c, Infinity",
    "BF16, c0bf, -1.5",
    "BF16, c07f, NaN",
    "F64, 000000000000f8bf, -1.5",
    "F64, 9a9999999999b93f, 0.1",
    "I8, 80, -128",
    "U8, 80, 128",
    "I16, feff, -2",
    "I32, 01000080, -2.14748365E9",
    "I64, ffffffffffffff7f, 9.223372E18",
    "BOOL, 00, 0",
    "BOOL, 01, 1",
    "BOOL, 02, 1",
  })
  void everyElementTypeIsReadFromEveryKindOfMemory(DType dtype, String hex, float expected) {
    byte[] one = HexFormat.of().parseHex(hex);
    assertThat(one).hasSize(dtype.bytes());
    byte[] shifted = HexFormat.of().parseHex("ff" + "00".repeat(one.length) + hex);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment nativeBytes = arena.allocate(shifted.length);
      nativeBytes.copyFrom(MemorySegment.ofArray(shifted));
      for (MemorySegment bytes :
          new MemorySegment[] {MemorySegment.ofArray(shifted), nativeBytes}) {
        Tensor tensor = new Tensor(dtype, Shape.of(2), bytes.asSlice(1)); // not aligned
        assertThat(tensor.getFloat(1)).isEqualTo(Float.valueOf(expected));
        assertThat(tensor.toFloatArray()).containsExactly(0, expected);
        if (!dtype.isFloating()) {
          assertThat((float) tensor.getLong(1)).isEqualTo(Float.valueOf(expected));
        }
      }
    }
  }

  @Test
  void aFloatIsNoInteger() {
    assertThatThrownBy(() -> Tensor.of(Shape.of(1), 1f).getLong(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("an element of type F32 is not an integer");
  }

  @Test
  void refusesAWrongByteCountAndSaysBoth() {
    assertThatThrownBy(
            () -> new Tensor(DType.F32, Shape.of(2, 3), MemorySegment.ofArray(new byte[23])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("F32 [2, 3] needs 24 bytes, got 23");
  }

  @Test
  void theFactoriesCopyAndTheViewIsReadOnly() {
    float[] values = {1, 2};
    Tensor tensor = Tensor.of(Shape.of(2), values);
    values[0] = 9;
    assertThat(tensor.toFloatArray()).containsExactly(1, 2);
    assertThat(tensor.data().isReadOnly()).isTrue();
    byte[] bytes = {1, 2};
    Tensor small = Tensor.of(Shape.of(2), bytes);
    bytes[0] = 9;
    assertThat(small.getLong(0)).isEqualTo(1);
    assertThat(Tensor.of(Shape.of(2), 1, -2).toFloatArray()).containsExactly(1, -2);
    assertThat(Tensor.of(Shape.of(1), Long.MIN_VALUE).getLong(0)).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void slicesAndReshapesWithoutCopying() {
    Tensor tensor = Tensor.of(Shape.of(3, 2), 1f, 2, 3, 4, 5, 6);
    assertThat(tensor.slice(1, 3).toFloatArray()).containsExactly(3, 4, 5, 6);
    assertThat(tensor.slice(2, 2).shape()).isEqualTo(Shape.of(0, 2));
    assertThat(Tensor.of(Shape.of(0, 2), new float[0]).slice(0, 0).shape())
        .isEqualTo(Shape.of(0, 2));
    assertThat(tensor.reshape(Shape.of(6)).toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(tensor).hasToString("F32 [3, 2]");
    assertThatThrownBy(() -> tensor.slice(1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensor.reshape(Shape.of(5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape [3, 2] cannot become [5]");
    assertThatThrownBy(() -> Tensor.of(Shape.of(), 1f).slice(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a scalar has no rows");
  }

  @Test
  void copiesARangeAndRefusesOneThatIsNotThere() {
    Tensor tensor = Tensor.of(Shape.of(4), 1f, 2, 3, 4);
    float[] two = new float[2];
    tensor.copyTo(1, two);
    assertThat(two).containsExactly(2, 3);
    assertThatThrownBy(() -> tensor.copyTo(3, two)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensor.getFloat(4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensor.getFloat(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
