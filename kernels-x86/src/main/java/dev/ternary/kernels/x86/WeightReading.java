package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RSI;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;

/**
 * Only reads: what a benchmark compares with. Sums into registers, which costs less than the loads.
 *
 * <p>Function: {@code (parameters, matrix, unused, unused)}; reads {@link Parameters#BLOCKS} pieces
 * of {@link #PIECE} bytes from {@link Parameters#WEIGHTS} on.
 */
final class WeightReading {

  /** Bytes in a step. */
  static final int PIECE = 1024;

  private static final int SUMS = 8;

  private WeightReading() {}

  static void generate(Assembler a, int vectorBytes) {
    a.add(RSI, Parameters.WEIGHTS.in(RDI));
    a.mov(RAX, Parameters.BLOCKS.in(RDI));
    var piece = new Label();
    a.bind(piece);
    for (int i = 0; i < PIECE / vectorBytes; i++) {
      var sum = new Vec(i % SUMS, vectorBytes);
      a.vpaddd(sum, sum, Mem.at(RSI, vectorBytes * i));
    }
    a.add(RSI, PIECE);
    a.sub(RAX, 1);
    a.jump(Condition.NOT_EQUAL, piece);
  }
}
