package dev.ternary.formats.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.TernaryMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Blocks that the C code of ggml, microsoft/BitNet and ik_llama.cpp made of two patterns; those of
 * PrismML were made with NumPy from its description.
 */
class EncodingsTest {

  private static final String TQ1_0 =
      "465dd11874465dd11874465dd11874465dd11874465dd11874465dd11874465d3192b622663192b6"
          + "22663192b6226631235fcb430038";

  private static final String TQ2_0 =
      "58811660055881166005588116600558811660055881166005588116600558816005588116600558"
          + "8116600558811660055881166005588116600558811660050038";

  private static final String Q2_0 =
      "00382491441249249144124924914412492400389144124924914412492491441249249100384412"
          + "4924914412492491441249249144003812492491441249249144124924914412";

  private static final String PQ2_0 =
      "00382491441249249144124924914412492491441249249144124924914412492491003844124924"
          + "91441249249144124924914412492491441249249144124924914412";

  private static final String PTQ1_0 =
      "3192b622663192b622663192b62266310f85af2d900f85af465c003822663192b622663192b62266"
          + "3192b6222d900f85af2d900f17720038";

  private static final String I2_S =
      "25429409502542940950254294095025429409502542940950254294095025420950254294095025"
          + "4294095025429409502542940950254294095025429409500000003f000000000000000000000000"
          + "00000000000000000000000000000000";

  private static final String IQ2_BN =
      "0000003f244912449124491244912449124491249124491244912449124491244912449144912449"
          + "12449124491244912449124412449124491244912449124491244912";

  private static final String IQ1_BN =
      "00386c6c6c242424616161cbcbcb174444446c6c6c24242461616144cbcbcb4444446c6c6c242424"
          + "20616161cbcbcb4444446c6c6c0c";

  private static final String Q8_0 =
      "4d1e81df3d9af856b41270cd2b89e745a2005ebb1977d53390ee4caa0866c3217fdc";

  private static final String Q4_0 = "402ee046acf258bd1379df358be046acf268";

  private static final String Q6_K =
      "d158bf37be25ad048b047bf37ad159d0c941ea63eb74fb741d951ea72fc841c9bf35ad169b048df2"
          + "6be069d147cf38bd1a922c840d85ed77ff57d038b04aa22b67df58c139b22aa22b931c85fd76ee57"
          + "ce5ad137b31a902c830f86ec78ff55d1c841da62eb63fc840d951ea63fb840c9d129b30b931c74fe"
          + "86de67ff47d129b118b1c66cb11b6c861b71c61cb1c76cb22453f9248ef9138ef4538d2452f9248e"
          + "d4a209d47e09a37e14a349d4ae09d77ec863be1463c9147ec923bec463bd1463807f897a867a8487"
          + "7f737d7a81877c89758a";

  private static final String Q4_K =
      "de162c22fefffffcfffdfefecfdcfffea0156bc1278cd3489e045ab0167bc2378de349ae056ab126"
          + "7cd2389de459af15268ce248ad0459b0157bd1379ce348ae046ac0267bd2379df359be156ac1268c"
          + "9df359be157ac1268ce248ad0459b0157bd1379ce348ae046ac0267bd2379df3156ac1268cd2489d"
          + "f459b0157bc1378ce348ae046ab0267bd2379de359ae156a";

  @TempDir private Path folder;

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  /** The trits that the blocks above hold, half as large as they are. */
  private static byte[] pattern() {
    byte[] trits = new byte[256];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) ((7 * i + i / 5) % 3 - 1);
    }
    return trits;
  }

  private static String ternaryBlocks(int type) {
    return switch (type) {
      case 34 -> TQ1_0;
      case 35 -> TQ2_0;
      case 36 -> I2_S;
      case 42 -> Q2_0;
      case 134 -> IQ1_BN;
      case 135 -> IQ2_BN;
      case 142 -> PQ2_0;
      case 143 -> PTQ1_0;
      default -> throw new IllegalArgumentException("type " + type);
    };
  }

  private GgufFile file(GgufBytes bytes) throws IOException {
    return GgufFile.open(Files.write(folder.resolve("m.gguf"), bytes.bytes()));
  }

  @ParameterizedTest
  @CsvSource({
    "34, TQ1_0",
    "35, TQ2_0",
    "36, I2_S",
    "42, Q2_0",
    "134, IQ1_BN",
    "135, IQ2_BN",
    "142, PQ2_0",
    "143, PTQ1_0"
  })
  void ternaryBlocksAreTheirTritsAndScales(int type, String name) throws IOException {
    byte[] block = hex(ternaryBlocks(type));
    try (GgufFile file = file(new GgufBytes().tensor("w", type, block, 256, 1))) {
      StoredTensor w = file.stored().getFirst();
      assertThat(w.encoding()).isEqualTo(name);
      assertThat(w.shape().toArray()).containsExactly(1, 256);
      TernaryMatrix matrix = w.toTernary().orElseThrow().matrix();
      assertThat(matrix.trits()).isEqualTo(pattern());
      assertThat(matrix.scales().toArray()).containsExactly(0.5f);
      assertThat(matrix.scales().granularity()).isEqualTo(Granularity.tensor());
      float[] weights = w.toTensor().toFloatArray();
      for (int i = 0; i < weights.length; i++) {
        assertThat(weights[i]).as("weight %d", i).isEqualTo(0.5f * pattern()[i] + 0f);
      }
    }
  }

  /** Rows one after the other; of I2_S the scale comes behind the last. */
  @Test
  void severalRows() throws IOException {
    byte[] one = hex(TQ2_0);
    byte[] two = Arrays.copyOf(one, 2 * one.length);
    System.arraycopy(one, 0, two, one.length, one.length);
    two[two.length - 1] = 0x3c; // binary16 1.0
    byte[] i2s = Arrays.copyOf(hex(I2_S), 160);
    System.arraycopy(i2s, 0, i2s, 64, 64);
    System.arraycopy(hex(I2_S), 64, i2s, 128, 32);
    var bytes = new GgufBytes().tensor("a", 35, two, 256, 2).tensor("b", 36, i2s, 256, 2);
    try (GgufFile file = file(bytes)) {
      TernaryMatrix a = file.stored().get(0).toTernary().orElseThrow().matrix();
      assertThat(a.scales().granularity()).isEqualTo(Granularity.row());
      assertThat(a.scales().toArray()).containsExactly(0.5f, 1f);
      TernaryMatrix b = file.stored().get(1).toTernary().orElseThrow().matrix();
      assertThat(b.scales().toArray()).containsExactly(0.5f);
      assertThat(Arrays.copyOfRange(b.trits(), 256, 512)).isEqualTo(pattern());
    }
  }

  /** Two blocks of one row, of different scale; a block of zeros has none that matters. */
  @Test
  void scalesOfGroups() throws IOException {
    byte[] one = hex(TQ2_0);
    byte[] row = Arrays.copyOf(one, 3 * one.length);
    System.arraycopy(one, 0, row, one.length, one.length);
    row[2 * one.length - 1] = 0x3c;
    Arrays.fill(row, 2 * one.length, row.length - 2, (byte) 0x55);
    try (GgufFile file = file(new GgufBytes().tensor("w", 35, row, 768, 1))) {
      TernaryMatrix w = file.stored().getFirst().toTernary().orElseThrow().matrix();
      assertThat(w.scales().granularity()).isEqualTo(Granularity.group(256));
      assertThat(w.scales().toArray()).containsExactly(0.5f, 1f, 0f);
    }
    System.arraycopy(one, one.length - 2, row, 2 * one.length - 2, 2);
    try (GgufFile file = file(new GgufBytes().tensor("w", 35, row, 768, 1))) {
      TernaryMatrix w = file.stored().getFirst().toTernary().orElseThrow().matrix();
      assertThat(w.scales().toArray()).containsExactly(0.5f);
    }
  }

  private float[] decoded(int type, String block, int weights) throws IOException {
    try (GgufFile file = file(new GgufBytes().tensor("w", type, hex(block), weights))) {
      return file.stored().getFirst().toTensor().toFloatArray();
    }
  }

  private static void check(float[] found, int[] at, double... expected) {
    for (int i = 0; i < at.length; i++) {
      assertThat((double) found[at[i]]).as("weight %d", at[i]).isCloseTo(expected[i], within(1e-7));
    }
  }

  @Test
  void blocksOfFourToEightBits() throws IOException {
    int[] first = {0, 1, 2, 3};
    check(decoded(8, Q8_0, 32), first, -0.78144455, -0.203052521, 0.375339508, -0.627616882);
    check(decoded(2, Q4_0, 32), first, -0.78125, -0.1953125, 0.390625, -0.5859375);
    check(decoded(2, Q4_0, 32), new int[] {16}, 0.5859375);
    int[] spread = {0, 1, 32, 64, 96, 128, 255};
    check(
        decoded(14, Q6_K, 256),
        spread,
        -0.781906128,
        -0.201782227,
        0.351739526,
        -0.0721213818,
        -0.513125896,
        0.625643134,
        -0.117246509);
    check(
        decoded(12, Q4_K, 256),
        spread,
        -0.759429932,
        -0.239696503,
        0.320911407,
        -0.113636017,
        -0.546188354,
        0.649835587,
        -0.135749817);
  }

  @Test
  void theCodeThreeIsNoTrit() throws IOException {
    byte[] tq2 = hex(TQ2_0);
    tq2[5] = (byte) 0xff;
    try (GgufFile file = file(new GgufBytes().tensor("w", 35, tq2, 256, 1))) {
      assertThatThrownBy(() -> file.stored().getFirst().toTernary())
          .isInstanceOf(FormatException.class)
          .hasMessageEndingWith(
              "tensor 'w' of type TQ2_0 row 0 has the code 3, which stands for no trit");
    }
    byte[] q2 = hex(Q2_0);
    q2[5] = (byte) 0xff;
    try (GgufFile file = file(new GgufBytes().tensor("w", 42, q2, 256, 1))) {
      StoredTensor w = file.stored().getFirst();
      assertThat(w.toTernary()).isEmpty();
      assertThat(w.toTensor().getFloat(12)).isEqualTo(1f);
    }
  }

  @Test
  void scalesMustBeFinite() throws IOException {
    byte[] block = hex(TQ2_0);
    block[block.length - 1] = 0x7c; // binary16 infinity
    try (GgufFile file = file(new GgufBytes().tensor("w", 35, block, 256, 1))) {
      StoredTensor w = file.stored().getFirst();
      for (var read :
          new org.assertj.core.api.ThrowableAssert.ThrowingCallable[] {w::toTernary, w::toTensor}) {
        assertThatThrownBy(read)
            .isInstanceOf(FormatException.class)
            .hasMessageContaining("row 0 has a scale that is NaN or infinite");
      }
    }
  }

  /** PrismML's files of early 2026 have blocks of 128 under the number that ggml gave to 64. */
  @Test
  void theOldFormOfTwoBitsIsToldByTheRoom() throws IOException {
    byte[] block = hex(PQ2_0);
    byte[] rows = new byte[8 * block.length];
    for (int i = 0; i < 8; i++) {
      System.arraycopy(block, 0, rows, i * block.length, block.length);
    }
    var bytes = new GgufBytes().tensor("w", 42, rows, 256, 8).tensor("n", 0, new byte[32], 8);
    try (GgufFile file = file(bytes)) {
      StoredTensor w = file.stored().getFirst();
      assertThat(w.encoding()).isEqualTo("Q2_0 of 128");
      assertThat(Arrays.copyOf(w.toTernary().orElseThrow().matrix().trits(), 256))
          .isEqualTo(pattern());
    }
  }
}
