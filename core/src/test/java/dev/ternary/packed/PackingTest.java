package dev.ternary.packed;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.testkit.Trials;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PackingTest {

  private static final List<Packing> ALL = List.of(Packing.twoBit(), Packing.base243());

  private static int[] pack(Packing packing, int... trits) {
    byte[] values = new byte[trits.length];
    for (int i = 0; i < trits.length; i++) {
      values[i] = (byte) trits[i];
    }
    byte[] bytes = new byte[(int) packing.rowBytes(trits.length)];
    packing.packRow(values, 0, values.length, MemorySegment.ofArray(bytes), 0);
    int[] unsigned = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      unsigned[i] = bytes[i] & 0xff;
    }
    return unsigned;
  }

  @Test
  void twoBitsPutTheFirstTritInTheLowestBits() {
    assertThat(pack(Packing.twoBit(), 1, 0, -1, 1)).containsExactly(0b10_00_01_10);
    assertThat(pack(Packing.twoBit(), 0, 0, 0, 0)).containsExactly(0x55);
    assertThat(pack(Packing.twoBit(), 1, 1, 1, 1, -1)).containsExactly(0xaa, 0b01_01_01_00);
    assertThat(pack(Packing.twoBit())).isEmpty();
  }

  @Test
  void base243SumsPowersOfThreeLeastSignificantFirst() {
    assertThat(pack(Packing.base243(), 1, 0, -1, 1, 0)).containsExactly(140);
    assertThat(pack(Packing.base243(), 0, 0, 0, 0, 0)).containsExactly(121);
    assertThat(pack(Packing.base243(), -1, -1, -1, -1, -1)).containsExactly(0);
    assertThat(pack(Packing.base243(), 1, 1, 1, 1, 1)).containsExactly(242);
    // The tail is filled with zero trits: 2 + 3 + 9 + 27 + 81.
    assertThat(pack(Packing.base243(), -1, 0, 0, 0, 0, 1)).containsExactly(120, 122);
  }

  @Test
  void everyRowComesBackAndIsValid() {
    Trials.forAll(
        70,
        (random, size) -> {
          byte[] trits = new byte[size];
          for (int i = 0; i < size; i++) {
            trits[i] = (byte) (random.nextInt(3) - 1);
          }
          for (Packing packing : ALL) {
            long rowBytes = packing.rowBytes(size);
            var codes = MemorySegment.ofArray(new byte[(int) rowBytes + 2]);
            packing.packRow(trits, 0, size, codes, 1);
            byte[] back = new byte[size + 2];
            packing.unpackRow(codes, 1, size, back, 1);
            assertThat(Arrays.copyOfRange(back, 1, size + 1)).isEqualTo(trits);
            assertThat(back[0]).isZero();
            assertThat(back[size + 1]).isZero();
            assertThat(codes.get(JAVA_BYTE, 0)).isZero();
            assertThat(codes.get(JAVA_BYTE, rowBytes + 1)).isZero();
            assertThat(packing.firstInvalid(codes.asSlice(1, rowBytes), 1, size)).isEmpty();
          }
        });
  }

  @Test
  void twoBitsRefuseCodeThreeWhereverItStands() {
    int cols = 4 * 21; // whole bytes, more than two words and a tail
    for (int at = 0; at < 21; at++) {
      for (int place = 0; place < 4; place++) {
        byte[] codes = new byte[21];
        Arrays.fill(codes, (byte) 0x55);
        codes[at] |= (byte) (3 << (2 * place));
        assertThat(Packing.twoBit().firstInvalid(MemorySegment.ofArray(codes), 1, cols))
            .isEqualTo(OptionalLong.of(at));
      }
    }
  }

  @Test
  void everyByteIsValidExactlyIfItsTritsGiveIt() {
    for (Packing packing : ALL) {
      for (int cols = 1; cols <= packing.tritsPerByte(); cols++) {
        boolean[] given = new boolean[256];
        int count = (int) Math.pow(3, cols);
        for (int n = 0; n < count; n++) {
          int[] trits = new int[cols];
          for (int i = 0, rest = n; i < cols; i++, rest /= 3) {
            trits[i] = rest % 3 - 1;
          }
          given[pack(packing, trits)[0]] = true;
        }
        for (int b = 0; b < 256; b++) {
          byte[] codes = {(byte) b};
          assertThat(packing.firstInvalid(MemorySegment.ofArray(codes), 1, cols).isEmpty())
              .as("%s byte %d of %d trits", packing.id(), b, cols)
              .isEqualTo(given[b]);
        }
      }
    }
  }

  @Test
  void badPaddingIsFoundInTheRowItStandsIn() {
    // Three rows of six trits; the second row's padding holds +1.
    byte[] twoBit = {0x55, 0x55, 0x55, (byte) 0b10_01_01_01, 0x55, 0x55};
    assertThat(Packing.twoBit().firstInvalid(MemorySegment.ofArray(twoBit), 3, 6)).hasValue(3);
    byte[] base243 = {121, 121, 121, 121 + 81 - 256, 121, 121};
    assertThat(Packing.base243().firstInvalid(MemorySegment.ofArray(base243), 3, 6)).hasValue(3);
  }

  @Test
  void whatIsNoTritIsRefusedWithItsIndex() {
    for (Packing packing : ALL) {
      for (int index : new int[] {0, 5, 6}) {
        int[] trits = new int[7];
        trits[index] = 2;
        assertThatThrownBy(() -> pack(packing, trits))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("trit 2 at index " + index + " is not -1, 0 or +1");
      }
    }
  }

  @Test
  void packingsHaveNames() {
    for (Packing packing : ALL) {
      assertThat(Packing.ofId(packing.id())).isEqualTo(packing);
    }
    assertThatThrownBy(() -> Packing.ofId("4bit"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown packing '4bit', expected 2bit or base243");
  }
}
