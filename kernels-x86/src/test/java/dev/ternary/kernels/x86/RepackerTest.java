package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Reads repacked weights back by the description of the layout. */
class RepackerTest {

  @Test
  void fiveTritsAByteStandWhereTheLayoutSays() {
    assumeTrue(FiveTritKernelTest.find().isPresent(), "AVX-512 VBMI is missing");
    var functions = new Functions(Functions.Isa.AVX512_VNNI, WeightCode.FIVE_TRITS);
    var random = new SplittableRandom(31);
    for (int rows : new int[] {1, 16, 17, 64, 67, 130, 2048}) {
      for (int cols : new int[] {1, 4, 5, 19, 20, 21, 40, 100, 257, 640}) {
        byte[] trits = new byte[rows * cols];
        for (int i = 0; i < trits.length; i++) {
          trits[i] = (byte) (random.nextInt(3) - 1);
        }
        for (Packing packing : List.of(Packing.twoBit(), Packing.base243())) {
          var w = TernaryMatrix.pack(rows, cols, trits, packing, Scales.perTensor(1));
          assertThat(readBack(w, functions)).as(w.toString()).isEqualTo(trits);
        }
      }
    }
  }

  private static byte[] readBack(TernaryMatrix w, Functions functions) {
    PanelLayout layout = PanelLayout.of(w, functions.code(), functions.isa().panelTiles, 1);
    byte[] trits = new byte[w.rows() * w.cols()];
    try (Arena arena = Arena.ofShared()) {
      var prepared =
          new Product.Prepared(layout, functions, WeightMemory.allocate(arena, layout.bytes()));
      Repacker.repack(w, prepared);
      for (int row = 0; row < w.rows(); row++) {
        int panel = row / layout.panelRows();
        int rowInPanel = row % layout.panelRows();
        for (int col = 0; col < w.cols(); col++) {
          long at =
              layout.weightsAt(panel)
                  + (long) (col / 20) * layout.tilesOf(panel) * 64
                  + rowInPanel / 16 * 64L
                  + rowInPanel % 16 * 4L
                  + col % 20 / 5;
          int code = prepared.memory().get(JAVA_BYTE, at) & 0xff;
          trits[row * w.cols() + col] = (byte) (digit(code, col % 5) - 1);
        }
      }
    }
    return trits;
  }

  private static int digit(int code, int index) {
    int four = code < 192 ? code & 63 : code / 3;
    int fifth = code < 192 ? code >> 6 : code % 3;
    return switch (index) {
      case 0 -> four % 3;
      case 1 -> four / 3 % 3;
      case 2 -> four / 9 % 3;
      case 3 -> four / 27;
      default -> fifth;
    };
  }
}
