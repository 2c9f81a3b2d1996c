package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R10;
import static dev.ternary.foreign.asm.Gpr.R11;
import static dev.ternary.foreign.asm.Gpr.R12;
import static dev.ternary.foreign.asm.Gpr.R13;
import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.R9;
import static dev.ternary.foreign.asm.Gpr.RBX;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;
import static dev.ternary.foreign.asm.Vec.zmm;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;

/**
 * Turns the sums that {@link AmxKernel} left in the local memory into results, with AVX-512.
 *
 * <p>Function: {@code (local, matrix, work, output)}; {@link Parameters#X_STRIDE} is where the
 * totals of the groups lie in the local memory.
 */
final class AmxFinish {

  /** Which of the groups of columns the sums are of. */
  enum Position {
    /** There is only one: they are the result, after the scales. */
    ONLY(0),
    /** They start the total. */
    FIRST(1),
    /** They are added to the total. */
    BETWEEN(2),
    /** They are added to the total, which is the result. */
    LAST(3);

    /** Distinguishes the functions made for them. */
    final int kind;

    Position(int kind) {
      this.kind = kind;
    }
  }

  private AmxFinish() {}

  /** Writes the function for panels of {@code tiles} tiles. */
  static void generate(Assembler a, Position position, Output output, int tiles) {
    int rowBytes = tiles * PanelLayout.BLOCK_BYTES;
    a.lea(R8, Mem.at(RDI, AmxKernel.SUMS_AT));
    a.mov(R12, Parameters.X_STRIDE.in(RDI));
    a.add(R12, RDI);
    a.mov(R9, Parameters.SUMS.in(RDI));
    a.add(R9, RDX);
    a.mov(R10, Parameters.TOKEN_SCALES.in(RDI));
    a.add(R10, RDX);
    a.mov(R11, Parameters.OUT_STRIDE.in(RDI));
    a.add(RCX, Parameters.OUT.in(RDI));
    a.mov(R13, RSI);
    a.add(R13, Parameters.BIAS.in(RDI));
    a.add(RSI, Parameters.SCALES.in(RDI));
    a.vpxor(zmm(3), zmm(3), zmm(3));
    a.mov(RBX, Parameters.TOKENS.in(RDI));
    var token = new Label();
    a.bind(token);
    a.vpbroadcastd(zmm(0), Mem.at(R9));
    a.vbroadcastss(zmm(1), Mem.at(R10));
    for (int tile = 0; tile < tiles; tile++) {
      tile(a, position, output, PanelLayout.BLOCK_BYTES * tile);
    }
    a.add(R8, rowBytes);
    a.add(R12, rowBytes);
    a.add(R9, 4);
    a.add(R10, 4);
    a.add(RCX, R11);
    a.sub(RBX, 1);
    a.jump(Condition.NOT_EQUAL, token);
  }

  private static void tile(Assembler a, Position position, Output output, int at) {
    var sum = zmm(2);
    a.vpaddd(sum, zmm(0), Mem.at(R8, at));
    if (!output.scaled()) {
      a.vmovups(Mem.at(RCX, at), sum);
      return;
    }
    a.vcvtdq2ps(sum, sum);
    a.vmulps(sum, sum, Mem.at(RSI, at));
    if (position == Position.BETWEEN || position == Position.LAST) {
      a.vaddps(sum, sum, Mem.at(R12, at));
    }
    if (position == Position.FIRST || position == Position.BETWEEN) {
      a.vmovups(Mem.at(R12, at), sum);
      return;
    }
    a.vmulps(sum, sum, zmm(1));
    if (output.biased()) {
      a.vaddps(sum, sum, Mem.at(R13, at));
    }
    if (output.relu()) {
      // The second operand wins if one is NaN; behind a bias it is never -0.
      a.vmaxps(sum, zmm(3), sum);
    }
    a.vmovups(Mem.at(RCX, at), sum);
  }
}
