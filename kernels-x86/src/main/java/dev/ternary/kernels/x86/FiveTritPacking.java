package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;
import static dev.ternary.foreign.asm.Mask.k;
import static dev.ternary.foreign.asm.Vec.zmm;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mask;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;
import dev.ternary.packed.Packing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * Recodes the rows of a tile from a {@link Packing} to {@link WeightCode#FIVE_TRITS}: 20 columns
 * are 5 bytes of the 2-bit packing or 4 of base 243, and become one word. Machine code for the same
 * reason as {@link RowScatter}; AVX-512 VBMI.
 *
 * <p>Function: {@code (parameters, constants, rows, words)}: {@link Parameters#BLOCKS} words for
 * each of the 16 rows.
 */
final class FiveTritPacking {

  /** Bytes that are read behind the last row. */
  static final long BYTES_BEHIND = 64;

  private static final int VECTOR_BYTES = 64;

  /** 20 columns in a lane of 64 bits, of which the lower half is stored. */
  private static final int TWO_BIT_STEP = VECTOR_BYTES / Long.BYTES;

  private static final int BASE_243_STEP = VECTOR_BYTES / PanelLayout.ROW_BYTES;

  private static final Vec FOUR = zmm(0);
  private static final Vec FIFTH = zmm(1);
  private static final Vec SCRATCH = zmm(2);
  private static final Vec SIXTY_FOUR = zmm(3);

  /** Free for constants of the two packings from here on. */
  private static final int FIRST_CONSTANT = 4;

  private final long blockBytes;
  private final byte zeros;
  private final MemorySegment constants;
  private final GeneratedFunction function;

  private FiveTritPacking(Packing packing, MemorySegment constants, Consumer<Assembler> body) {
    blockBytes = packing.rowBytes(WeightCode.FIVE_TRITS.blockCols());
    MemorySegment zero = MemorySegment.ofArray(new byte[1]);
    packing.packRow(new byte[packing.tritsPerByte()], 0, packing.tritsPerByte(), zero, 0);
    zeros = zero.get(JAVA_BYTE, 0);
    this.constants = constants;
    function = GeneratedFunction.of(body);
  }

  /** The one for matrices in {@code packing}. */
  static FiveTritPacking of(Packing packing) {
    return switch (packing) {
      case Packing.TwoBit() -> Holder.TWO_BIT;
      case Packing.Base243() -> Holder.BASE_243;
    };
  }

  /** Made when first asked for: not every CPU has the instructions. */
  private static final class Holder {
    static final FiveTritPacking TWO_BIT =
        new FiveTritPacking(Packing.twoBit(), starts(), FiveTritPacking::twoBit);
    static final FiveTritPacking BASE_243 =
        new FiveTritPacking(Packing.base243(), MemorySegment.NULL, FiveTritPacking::base243);
  }

  /** Bytes of 20 columns in the packing. */
  long blockBytes() {
    return blockBytes;
  }

  /** A byte of zero trits in the packing. */
  byte zeros() {
    return zeros;
  }

  void run(MemorySegment parameters, MemorySegment rows, MemorySegment words) {
    function.call(parameters, constants, rows, words);
  }

  /** Which bytes go to the 64-bit lanes, and which bits of them are four trits, and the fifth. */
  @SuppressWarnings("MustBeClosedChecker") // constants live as long as the code
  private static MemorySegment starts() {
    // Global: used by code that is never freed.
    MemorySegment starts = Arena.global().allocate(3 * VECTOR_BYTES, VECTOR_BYTES);
    for (int i = 0; i < VECTOR_BYTES; i++) {
      int lane = i / Long.BYTES;
      int inLane = i % Long.BYTES;
      starts.set(JAVA_BYTE, i, (byte) (5 * lane + Math.min(inLane, 4)));
      int byteStart = 10 * (inLane % PanelLayout.ROW_BYTES);
      starts.set(JAVA_BYTE, (long) VECTOR_BYTES + i, (byte) byteStart);
      starts.set(JAVA_BYTE, 2L * VECTOR_BYTES + i, (byte) (byteStart + 8));
    }
    return starts;
  }

  private static void twoBit(Assembler a) {
    Vec lanes = zmm(FIRST_CONSTANT);
    Vec fourStarts = zmm(FIRST_CONSTANT + 1);
    Vec fifthStarts = zmm(FIRST_CONSTANT + 2);
    Vec low = constant(a, FIRST_CONSTANT + 3, 0x03);
    Vec lowOfNibbles = constant(a, FIRST_CONSTANT + 4, 0x33);
    Vec nibble = constant(a, FIRST_CONSTANT + 5, 0x0f);
    Vec eightNibbles = constant(a, FIRST_CONSTANT + 6, 0x78);
    a.vmovups(lanes, Mem.at(RSI));
    a.vmovups(fourStarts, Mem.at(RSI, VECTOR_BYTES));
    a.vmovups(fifthStarts, Mem.at(RSI, 2 * VECTOR_BYTES));
    loop(
        a,
        TWO_BIT_STEP,
        () -> {
          a.vmovups(SCRATCH, Mem.at(RDX));
          a.vpermb(SCRATCH, lanes, SCRATCH);
          a.vpmultishiftqb(FOUR, fourStarts, SCRATCH);
          a.vpmultishiftqb(FIFTH, fifthStarts, SCRATCH);
          a.vpand(FIFTH, FIFTH, low);
          // Fields a, b, c, d: from a + 4 b + 16 (c + 4 d) to a + 3 b + 16 (c + 3 d).
          a.vpsrlw(SCRATCH, FOUR, 2);
          a.vpand(SCRATCH, SCRATCH, lowOfNibbles);
          a.vpsubb(FOUR, FOUR, SCRATCH);
          // And to a + 3 b + 9 (c + 3 d): less 8 times the upper nibble, and once it more.
          a.vpsrlw(SCRATCH, FOUR, 4);
          a.vpand(SCRATCH, SCRATCH, nibble);
          Vec eightTimes = zmm(FIRST_CONSTANT + 7);
          a.vpsrlw(eightTimes, FOUR, 1);
          a.vpand(eightTimes, eightTimes, eightNibbles);
          a.vpsubb(FOUR, FOUR, eightTimes);
          a.vpaddb(FOUR, FOUR, SCRATCH);
          a.vpmovqd(Mem.at(RCX), encode(a));
          a.add(RDX, 5 * TWO_BIT_STEP);
        });
  }

  /** Base 243 has the first trit as its lowest digit, so the fifth counts 81. */
  private static void base243(Assembler a) {
    Vec one = constant(a, FIRST_CONSTANT, 1);
    Vec fifthOne = constant(a, FIRST_CONSTANT + 1, 81);
    Mask reached = k(1);
    loop(
        a,
        BASE_243_STEP,
        () -> {
          a.vmovups(FOUR, Mem.at(RDX));
          a.vpxor(FIFTH, FIFTH, FIFTH);
          for (int i = 0; i < 2; i++) {
            a.vpcmpnltub(reached, FOUR, fifthOne);
            a.vpsubb(FOUR, reached, FOUR, fifthOne);
            a.vpaddb(FIFTH, reached, FIFTH, one);
          }
          a.vmovups(Mem.at(RCX), encode(a));
          a.add(RDX, VECTOR_BYTES);
        });
  }

  /** Every byte of a constant register becomes {@code value}. */
  private static Vec constant(Assembler a, int number, int value) {
    a.mov32(RAX, value * 0x0101_0101);
    a.vpbroadcastd(zmm(number), RAX);
    return zmm(number);
  }

  /** Goes on until 16 rows are done. */
  private static void loop(Assembler a, int step, Runnable body) {
    constant(a, SIXTY_FOUR.number(), 64);
    a.mov(RAX, Parameters.BLOCKS.in(RDI));
    a.shl(RAX, Integer.numberOfTrailingZeros(PanelLayout.TILE_ROWS / step));
    var next = new Label();
    a.bind(next);
    body.run();
    a.add(RCX, PanelLayout.ROW_BYTES * step);
    a.sub(RAX, 1);
    a.jump(Condition.NOT_EQUAL, next);
  }

  /** From {@link #FOUR}, which is {@code r}, and {@link #FIFTH}, {@code t}, to the byte. */
  private static Vec encode(Assembler a) {
    Mask isRest = k(1);
    a.vpcmpnltub(isRest, FOUR, SIXTY_FOUR);
    a.vpaddb(SCRATCH, FOUR, FOUR);
    a.vpaddb(FOUR, isRest, FOUR, SCRATCH);
    // 64 t fits into a byte, so nothing gets from one to the next.
    a.vpslld(SCRATCH, FIFTH, 6);
    a.vpaddb(SCRATCH, SCRATCH, FOUR);
    a.vpaddb(SCRATCH, isRest, FOUR, FIFTH);
    return SCRATCH;
  }
}
