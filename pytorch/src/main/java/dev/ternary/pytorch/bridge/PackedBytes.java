package dev.ternary.pytorch.bridge;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.ternary.kernel.Activations;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A packed matrix as the bytes of one {@code uint8} tensor, which is what the operator {@code
 * ternary::linear} takes as weights. All numbers are little-endian:
 *
 * <pre>
 * offset  bytes
 *      0  4      "TRNL"
 *      4  1      version, 1
 *      5  1      packing: 0 is four trits a byte, 1 is base 243
 *      6  1      activations: 0 is float32, 1 is int8 a token
 *      7  1      0
 *      8  4      rows
 *     12  4      cols
 *     16  4      columns that share a scale: 0 is a row, -1 the whole matrix
 *     20  4      0
 *     24  4 n    scales, float32
 *          ...   rows of packed trits, each from a new byte
 * </pre>
 *
 * @param matrix the weights; where it was read from bytes it shares them
 * @param activations how the inputs enter the product
 */
public record PackedBytes(TernaryMatrix matrix, Activations activations) {

  private static final int MAGIC = 0x4C4E5254;
  private static final int VERSION = 1;
  private static final int HEADER = 24;

  private static final ValueLayout.OfInt INT =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The bytes. */
  public byte[] toArray() {
    Scales scales = matrix.scales();
    long scaleBytes = 4L * scales.count();
    byte[] bytes = new byte[Math.toIntExact(HEADER + scaleBytes + matrix.codes().byteSize())];
    MemorySegment out = MemorySegment.ofArray(bytes);
    out.set(INT, 0, MAGIC);
    out.set(JAVA_BYTE, 4, (byte) VERSION);
    out.set(JAVA_BYTE, 5, (byte) (matrix.packing().equals(Packing.base243()) ? 1 : 0));
    out.set(JAVA_BYTE, 6, (byte) (activations == Activations.INT8 ? 1 : 0));
    out.set(INT, 8, matrix.rows());
    out.set(INT, 12, matrix.cols());
    out.set(INT, 16, sharing(scales.granularity()));
    for (int i = 0; i < scales.count(); i++) {
      out.set(FLOAT, HEADER + 4L * i, scales.value(i));
    }
    MemorySegment.copy(matrix.codes(), 0, out, HEADER + scaleBytes, matrix.codes().byteSize());
    return bytes;
  }

  /** The number for which weights share a scale, as in the header. */
  static int sharing(Granularity granularity) {
    return switch (granularity) {
      case Granularity.PerTensor() -> -1;
      case Granularity.PerRow() -> 0;
      case Granularity.PerGroup(int cols) -> cols;
    };
  }

  /**
   * Reads the bytes, all of which are checked.
   *
   * @throws IllegalArgumentException if they are no packed matrix
   */
  public static PackedBytes of(MemorySegment bytes) {
    check(bytes.byteSize() >= HEADER, "needs a header of " + HEADER + " bytes", bytes.byteSize());
    check(bytes.get(INT, 0) == MAGIC, "starts with TRNL", bytes.get(INT, 0));
    check(bytes.get(JAVA_BYTE, 4) == VERSION, "has version 1", bytes.get(JAVA_BYTE, 4));
    byte packed = bytes.get(JAVA_BYTE, 5);
    byte form = bytes.get(JAVA_BYTE, 6);
    check(packed == 0 || packed == 1, "has packing 0 or 1", packed);
    check(form == 0 || form == 1, "has activations 0 or 1", form);
    int rows = bytes.get(INT, 8);
    int cols = bytes.get(INT, 12);
    int shared = bytes.get(INT, 16);
    check(rows >= 0, "has 0 rows or more", rows);
    check(cols >= 0, "has 0 columns or more", cols);
    check(shared >= -1, "shares a scale over -1, 0 or more columns", shared);
    Packing packing = packed == 1 ? Packing.base243() : Packing.twoBit();
    Granularity granularity =
        switch (shared) {
          case -1 -> Granularity.tensor();
          case 0 -> Granularity.row();
          default -> Granularity.group(shared);
        };
    long scaleCount = granularity.count(rows, cols);
    long codesAt = Math.addExact(HEADER, Math.multiplyExact(4L, scaleCount));
    long codeBytes = Math.multiplyExact((long) rows, packing.rowBytes(cols));
    long expected = Math.addExact(codesAt, codeBytes);
    check(
        bytes.byteSize() == expected,
        "[" + rows + ", " + cols + "] takes " + expected + " bytes",
        bytes.byteSize());
    float[] scales = new float[Math.toIntExact(scaleCount)];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = bytes.get(FLOAT, HEADER + 4L * i);
    }
    return new PackedBytes(
        new TernaryMatrix(
            rows, cols, packing, bytes.asSlice(codesAt), Scales.of(granularity, scales)),
        form == 1 ? Activations.INT8 : Activations.FLOAT32);
  }

  private static void check(boolean right, String what, long found) {
    if (!right) {
      throw new IllegalArgumentException("a packed weight tensor " + what + ", got " + found);
    }
  }
}
