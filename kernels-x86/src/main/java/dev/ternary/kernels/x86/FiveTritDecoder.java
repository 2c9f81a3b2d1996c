package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Mask.k;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Mask;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Code that decodes {@link WeightCode#FIVE_TRITS}: the first four trits of each byte to the four
 * 2-bit fields that the 2-bit packing has, the fifth to one field. Needs AVX-512 VBMI.
 */
final class FiveTritDecoder {

  private static final int TABLE_BYTES = 64;

  /** The least byte whose first four trits do not stand in its low 6 bits as they are. */
  private static final int REST = 192;

  /** Every 32-bit lane of the limit, the bytes of which are {@link #REST}. */
  static final int LIMIT = 0xc0c0_c0c0;

  /** Which bytes of the vector at hand are {@link #REST} or more. */
  private static final Mask IS_REST = k(1);

  private static final MemorySegment TABLES = tables();

  private final Assembler a;
  private final Gpr tables;
  private final Vec limit;

  /**
   * A decoder.
   *
   * @param tables points to the tables
   * @param limit has {@link #LIMIT} in all its lanes
   */
  FiveTritDecoder(Assembler a, Gpr tables, Vec limit) {
    this.a = a;
    this.tables = tables;
    this.limit = limit;
  }

  /** Where the tables are, for {@link Parameters#TABLES}. */
  static long tablesAddress() {
    return TABLES.address();
  }

  /** Finds out which bytes of {@code w} are coded in which way; comes before the other two. */
  void compare(Vec w) {
    a.vpcmpnltub(IS_REST, w, limit);
  }

  /** The first four trits. */
  void four(Vec to, Vec w) {
    a.vpermb(to, w, table(0));
    a.vpermb(to, IS_REST, w, table(1));
  }

  /**
   * The fifth trits.
   *
   * @param to not {@code w}
   * @param mask the one for that field
   */
  void fifth(Vec to, Vec w, int field, Vec mask) {
    if (field == 3) {
      a.vpand(to, mask, w);
    } else {
      a.vpsrlw(to, w, 6 - 2 * field);
      a.vpand(to, to, mask);
    }
    a.vpermb(to, IS_REST, w, table(2 + field));
  }

  private Mem table(int index) {
    return Mem.at(tables, TABLE_BYTES * index);
  }

  /** The four trits of low bytes, those of the rest, and the fifth of the rest in each field. */
  @SuppressWarnings("MustBeClosedChecker") // tables live as long as the code
  private static MemorySegment tables() {
    // Global: used by code that is never freed.
    MemorySegment tables = Arena.global().allocate(6 * TABLE_BYTES, TABLE_BYTES);
    for (int low = 0; low < TABLE_BYTES; low++) {
      int rest = REST + low;
      tables.set(JAVA_BYTE, low, (byte) fields(low));
      tables.set(JAVA_BYTE, TABLE_BYTES + low, (byte) fields(rest / 3));
      for (int field = 0; field < 4; field++) {
        int fifth = rest % 3 << (2 * field);
        tables.set(JAVA_BYTE, (2L + field) * TABLE_BYTES + low, (byte) fifth);
      }
    }
    return tables;
  }

  /** Four digits in base 3, two bits each. */
  private static int fields(int digits) {
    int fields = 0;
    int rest = digits;
    for (int field = 0; field < 4; field++) {
      fields |= rest % 3 << (2 * field);
      rest /= 3;
    }
    return fields;
  }
}
