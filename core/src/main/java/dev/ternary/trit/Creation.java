package dev.ternary.trit;

import dev.ternary.packed.Packing;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;

/** Arrays from and to text, packed bytes and chance. */
final class Creation {

  /** Trits that are unpacked at a time: whole bytes of both packings. */
  private static final int BLOCK = 5 * 4 * 1024;

  private Creation() {}

  static TernaryArray full(Shape shape, int trit) {
    Trit.check(trit);
    return new TernaryArray(
        shape,
        HeapPlane.constant(shape.elements(), trit > 0),
        HeapPlane.constant(shape.elements(), trit < 0));
  }

  static TernaryArray ofRows(int[][] rows) {
    int cols = rows.length == 0 ? 0 : rows[0].length;
    int[] trits = new int[Math.multiplyExact(rows.length, cols)];
    for (int r = 0; r < rows.length; r++) {
      if (rows[r].length != cols) {
        throw new IllegalArgumentException(
            "row " + r + " has " + rows[r].length + " trits, row 0 has " + cols);
      }
      System.arraycopy(rows[r], 0, trits, r * cols, cols);
    }
    return TernaryArray.of(Shape.of(rows.length, cols), trits);
  }

  static TernaryArray parse(String text) {
    byte[] trits = new byte[text.length()];
    for (int i = 0; i < trits.length; i++) {
      trits[i] =
          switch (text.charAt(i)) {
            case '+', '1' -> 1;
            case '0' -> 0;
            case '-', 'T' -> -1;
            default ->
                throw new IllegalArgumentException(
                    "'" + text.charAt(i) + "' at index " + i + " is not one of + 0 - 1 T");
          };
    }
    return TernaryArray.of(Shape.of(trits.length), trits);
  }

  static String toTritString(TernaryArray array) {
    StringBuilder text = new StringBuilder(Conversion.arrayLength(array.shape()));
    for (long i = 0; i < array.size(); i++) {
      text.append("-0+".charAt(array.trit(i) + 1));
    }
    return text.toString();
  }

  static TernaryArray random(Shape shape, RandomGenerator random) {
    long size = shape.elements();
    long[][] p = HeapPlane.allocate(size);
    long[][] n = HeapPlane.allocate(size);
    for (int c = 0; c < p.length; c++) {
      for (int w = 0; w < p[c].length; w++) {
        // 64 pairs of random bits; the quarter that draws the fourth value draws again.
        long open = -1;
        while (open != 0) {
          long first = random.nextLong() & open;
          long second = random.nextLong() & open;
          p[c][w] |= first & ~second;
          n[c][w] |= second & ~first;
          open = first & second;
        }
      }
    }
    if (p.length > 0) {
      HeapPlane.clearAbove(size, p[p.length - 1]);
      HeapPlane.clearAbove(size, n[n.length - 1]);
    }
    return new TernaryArray(shape, new HeapPlane(size, p), new HeapPlane(size, n));
  }

  static TernaryArray ofPacked(Shape shape, Packing packing, MemorySegment packed) {
    checkPacked(shape, packing, packed);
    long size = shape.elements();
    byte[] block = new byte[(int) Math.min(BLOCK, size)];
    PlaneWriter p = new PlaneWriter(size);
    PlaneWriter n = new PlaneWriter(size);
    for (long at = 0; at < size; at += BLOCK) {
      int count = (int) Math.min(BLOCK, size - at);
      packing.unpackRow(packed, at / packing.tritsPerByte(), count, block, 0);
      TernaryArray part =
          Conversion.fromBytes(
              Shape.of(count), MemorySegment.ofArray(block).asSlice(0, count), false);
      p.append(part.positive(), 0, count);
      n.append(part.negative(), 0, count);
    }
    return new TernaryArray(shape, p.done(), n.done());
  }

  static TernaryArray viewOf2Bit(Shape shape, MemorySegment packed) {
    checkPacked(shape, Packing.twoBit(), packed);
    MemorySegment codes = packed.asReadOnly();
    return new TernaryArray(
        shape,
        new CodePlane(codes, shape.elements(), true),
        new CodePlane(codes, shape.elements(), false));
  }

  private static void checkPacked(Shape shape, Packing packing, MemorySegment packed) {
    long size = shape.elements();
    if (packed.byteSize() != packing.rowBytes(size)) {
      throw new IllegalArgumentException(
          "shape "
              + shape
              + " packed "
              + packing.id()
              + " needs "
              + packing.rowBytes(size)
              + " bytes, got "
              + packed.byteSize());
    }
    packing.check(packed, 1, size, shape);
  }

  static byte[] toPacked(TernaryArray array, Packing packing) {
    long size = array.size();
    long bytes = packing.rowBytes(size);
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "shape " + array.shape() + " takes " + bytes + " bytes packed, too many for an array");
    }
    byte[] packed = new byte[(int) bytes];
    byte[] block = new byte[(int) Math.min(BLOCK, size)];
    MemorySegment out = MemorySegment.ofArray(packed);
    for (long at = 0; at < size; at += BLOCK) {
      int count = (int) Math.min(BLOCK, size - at);
      Conversion.toBytes(array, at, block, 0, count, 0);
      packing.packRow(block, 0, count, out, at / packing.tritsPerByte());
    }
    return packed;
  }
}
