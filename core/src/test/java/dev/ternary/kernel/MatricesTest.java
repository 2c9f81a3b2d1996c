package dev.ternary.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class MatricesTest {

  @Test
  void areRowMajorViewsOfTheirArrays() {
    float[] floats = {1, 2, 3, 4, 5, 6};
    FloatMatrix f = FloatMatrix.of(2, 3, floats);
    f.set(1, 0, 9);
    assertThat(f.get(0, 2)).isEqualTo(3);
    assertThat(floats[3]).isEqualTo(9);
    assertThat(f.toArray()).containsExactly(1, 2, 3, 9, 5, 6);
    int[] ints = {1, 2, 3, 4, 5, 6};
    IntMatrix i = IntMatrix.of(3, 2, ints);
    i.set(2, 1, -7);
    assertThat(i.get(1, 0)).isEqualTo(3);
    assertThat(ints[5]).isEqualTo(-7);
    assertThat(i.toArray()).containsExactly(1, 2, 3, 4, 5, -7);
    Int8Matrix q = Int8Matrix.of(2, 2, new byte[] {1, -128, 3, 127});
    assertThat(q.get(0, 1)).isEqualTo((byte) -128);
    assertThat(q.get(1, 1)).isEqualTo((byte) 127);
    assertThat(q.scale(1)).isEqualTo(1);
  }

  @Test
  void startAsZerosInNativeMemory() {
    try (Arena arena = Arena.ofConfined()) {
      assertThat(FloatMatrix.allocate(arena, 2, 2).toArray()).containsExactly(0, 0, 0, 0);
      assertThat(IntMatrix.allocate(arena, 1, 2).toArray()).containsExactly(0, 0);
      Int8Matrix q = Int8Matrix.allocate(arena, 2, 3);
      assertThat(q.values().byteSize()).isEqualTo(6);
      assertThat(q.scale(1)).isZero();
    }
  }

  @Test
  void refuseAWrongSizeAndSayBoth() {
    assertThatThrownBy(() -> FloatMatrix.of(2, 3, new float[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("float32 [2, 3] needs 24 bytes, got 20");
    assertThatThrownBy(() -> IntMatrix.of(2, 3, new int[7]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("int32 [2, 3] needs 24 bytes, got 28");
    assertThatThrownBy(() -> Int8Matrix.of(2, 3, new byte[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("int8 [2, 3] needs 6 bytes, got 5");
    MemorySegment values = MemorySegment.ofArray(new byte[6]);
    MemorySegment scales = MemorySegment.ofArray(new float[1]);
    assertThatThrownBy(() -> new Int8Matrix(2, 3, values, scales))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the scales of int8 [2, 1] needs 8 bytes, got 4");
    assertThatThrownBy(() -> FloatMatrix.of(-1, 3, new float[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape [-1, 3] is negative");
  }
}
