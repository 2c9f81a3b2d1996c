package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.ScratchMap.OPERAND_AT;
import static dev.ternary.kernels.vector.ScratchMap.STAGING_AT;
import static dev.ternary.kernels.vector.VectorCpu.HALF_BYTES;
import static dev.ternary.kernels.vector.VectorCpu.ORDER;
import static dev.ternary.kernels.vector.VectorCpu.SHORTS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2B;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of one token at 128 and 256 bits: the sum that a pair of trits makes of two activations
 * is looked up for 16 rows at a time. A byte shuffle of 128 bits has 16 entries of 8 bits, on every
 * CPU (one of 256 bits is emulated by several on AVX2), and a sum {@code v} needs 10 bits, so it is
 * split, {@code v = 23 h + r} with both from -11 to 11. Tables have {@code h + 12} and {@code r +
 * 12}: unsigned bytes, which a shift takes apart.
 *
 * <p>Kept small: C2 stops inlining, and boxes, where a method has twice as many look-ups.
 */
final class Pairs {

  /** Bytes of the tables of the eight activations of a code: for each pair one of r, one of h. */
  static final long UNIT_BYTES = 4L * 2 * 16;

  /** Bytes that {@link #tile} writes. */
  static final long PART_BYTES = 4L * 16;

  private static final int RADIX = 23;

  /** What makes an entry positive. */
  private static final int OFFSET = 12;

  /** What the offsets of the four pairs of a code add to a sum. */
  private static final int UNIT_OFFSET = 4 * OFFSET * (RADIX + 1);

  private static final VectorSpecies<Byte> BYTES_128 = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> SHORTS_128 = ShortVector.SPECIES_128;
  private static final VectorSpecies<Integer> INTS_128 = IntVector.SPECIES_128;

  /** The first trit of each index; the fourth of four is never asked for. */
  private static final short[] FIRST = {-1, 0, 1, 0, -1, 0, 1, 0, -1, 0, 1, 0, -1, 0, 1, 0};

  /** The second trit of each index. */
  private static final short[] SECOND = {-1, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0};

  private Pairs() {}

  /** Writes the tables of {@code 8 * units} activations, from which {@link #tile} looks up. */
  static void tables(MemorySegment scratch, int units) {
    for (int half = 0; half < 16; half += HALF_BYTES.length()) {
      ShortVector first = ShortVector.fromArray(SHORTS, FIRST, half);
      ShortVector second = ShortVector.fromArray(SHORTS, SECOND, half);
      for (int pair = 0; pair < 4 * units; pair++) {
        ShortVector v =
            first
                .mul(scratch.get(JAVA_BYTE, STAGING_AT + 2L * pair))
                .add(second.mul(scratch.get(JAVA_BYTE, STAGING_AT + 2L * pair + 1)));
        // Rounds v / 23 for all v from -256 to 256.
        ShortVector h = v.mul((short) 89).add((short) 1024).lanewise(ASHR, 11);
        ShortVector r = v.sub(h.mul((short) RADIX)).add((short) OFFSET);
        long table = OPERAND_AT + 32L * pair + half;
        ((ByteVector) r.convertShape(S2B, HALF_BYTES, 0)).intoMemorySegment(scratch, table, ORDER);
        h = h.add((short) OFFSET);
        ((ByteVector) h.convertShape(S2B, HALF_BYTES, 0))
            .intoMemorySegment(scratch, table + 16, ORDER);
      }
    }
  }

  private static ByteVector load(MemorySegment from, long at) {
    return ByteVector.fromMemorySegment(BYTES_128, from, at, ORDER);
  }

  /** The index of the second pair; that of the first is what a look-up ignores. */
  private static ByteVector second(ByteVector codes) {
    return codes.reinterpretAsInts().lanewise(LSHR, 4).reinterpretAsBytes();
  }

  /**
   * Adds up one tile: {@code r} and {@code h} of 16 rows as 16 bits a row, the odd bytes apart, and
   * the even ones with 256 times the odd ones.
   */
  static void tile(MemorySegment codes, long at, int units, MemorySegment scratch, long to) {
    ShortVector r = ShortVector.zero(SHORTS_128);
    ShortVector rOdd = ShortVector.zero(SHORTS_128);
    ShortVector h = ShortVector.zero(SHORTS_128);
    ShortVector hOdd = ShortVector.zero(SHORTS_128);
    for (int unit = 0; unit < units; unit++) {
      ByteVector codes0 = load(codes, at + 32L * unit);
      ByteVector codes1 = load(codes, at + 32L * unit + 16);
      long table = OPERAND_AT + UNIT_BYTES * unit;
      // Four sums of r are at most 4 * 23, so they fit a byte.
      ByteVector r4 = codes0.selectFrom(load(scratch, table));
      ByteVector h4 = codes0.selectFrom(load(scratch, table + 16));
      codes0 = second(codes0);
      r4 = r4.add(codes0.selectFrom(load(scratch, table + 32)));
      h4 = h4.add(codes0.selectFrom(load(scratch, table + 48)));
      r4 = r4.add(codes1.selectFrom(load(scratch, table + 64)));
      h4 = h4.add(codes1.selectFrom(load(scratch, table + 80)));
      codes1 = second(codes1);
      r4 = r4.add(codes1.selectFrom(load(scratch, table + 96)));
      h4 = h4.add(codes1.selectFrom(load(scratch, table + 112)));
      r = r.add(r4.reinterpretAsShorts());
      rOdd = rOdd.add(r4.reinterpretAsShorts().lanewise(LSHR, 8));
      h = h.add(h4.reinterpretAsShorts());
      hOdd = hOdd.add(h4.reinterpretAsShorts().lanewise(LSHR, 8));
    }
    r.intoMemorySegment(scratch, to, ORDER);
    rOdd.intoMemorySegment(scratch, to + 16, ORDER);
    h.intoMemorySegment(scratch, to + 32, ORDER);
    hOdd.intoMemorySegment(scratch, to + 48, ORDER);
  }

  /**
   * Adds what {@link #tile} wrote for some tiles to their sums, or sets them.
   *
   * @param units codes of a row that were added up
   */
  static void addTiles(
      MemorySegment scratch, long from, int tiles, int units, long to, boolean set) {
    int offset = UNIT_OFFSET * units;
    for (int tile = 0; tile < tiles; tile++) {
      // Even bytes are those of rows 0 to 3 and 8 to 11, odd ones of 4 to 7 and 12 to 15.
      for (int odd = 0; odd < 2; odd++) {
        ShortVector r = shorts(scratch, from + 64L * tile + 16L * odd);
        ShortVector h = shorts(scratch, from + 64L * tile + 16L * odd + 32);
        if (odd == 0) {
          r = r.sub(shorts(scratch, from + 64L * tile + 16).lanewise(LSHL, 8));
          h = h.sub(shorts(scratch, from + 64L * tile + 48).lanewise(LSHL, 8));
        }
        IntVector low =
            r.reinterpretAsInts()
                .and(0xffff)
                .add(h.reinterpretAsInts().and(0xffff).mul(RADIX))
                .sub(offset);
        IntVector high =
            r.reinterpretAsInts()
                .lanewise(LSHR, 16)
                .add(h.reinterpretAsInts().lanewise(LSHR, 16).mul(RADIX))
                .sub(offset);
        long at = to + 64L * tile + 16L * odd;
        if (!set) {
          low = low.add(IntVector.fromMemorySegment(INTS_128, scratch, at, ORDER));
          high = high.add(IntVector.fromMemorySegment(INTS_128, scratch, at + 32, ORDER));
        }
        low.intoMemorySegment(scratch, at, ORDER);
        high.intoMemorySegment(scratch, at + 32, ORDER);
      }
    }
  }

  private static ShortVector shorts(MemorySegment from, long at) {
    return ShortVector.fromMemorySegment(SHORTS_128, from, at, ORDER);
  }
}
