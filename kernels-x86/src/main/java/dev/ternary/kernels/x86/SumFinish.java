package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R10;
import static dev.ternary.foreign.asm.Gpr.R11;
import static dev.ternary.foreign.asm.Gpr.R12;
import static dev.ternary.foreign.asm.Gpr.R13;
import static dev.ternary.foreign.asm.Gpr.R14;
import static dev.ternary.foreign.asm.Gpr.R15;
import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.R9;
import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RBX;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;
import static dev.ternary.foreign.asm.Vec.ymm;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;

/**
 * Turns the 32-bit sums of {@link SumLookup}, or its totals of groups, the tokens of a row side by
 * side, into results, the rows of a token side by side.
 *
 * <p>Function: {@code (local, matrix, work, output)}: the sums of {@link Parameters#PANELS} panels
 * at {@link Parameters#X} of the local memory, of which {@link Parameters#TOKENS} tokens count.
 */
final class SumFinish {

  /** Tokens, or rows, that are transposed at once. */
  private static final int SQUARE = 8;

  private static final int VECTOR_BYTES = SumTables.VECTOR_BYTES;
  private static final int TOKEN_BYTES = PanelLayout.TILE_ROWS * Integer.BYTES;
  private static final Vec ZERO = ymm(4);
  private static final Vec TOKEN_SCALE = ymm(5);

  private final Assembler a;
  private final Output output;
  private final int vectors;

  private SumFinish(Assembler a, Output output, int vectors) {
    this.a = a;
    this.output = output;
    this.vectors = vectors;
  }

  static void generate(Assembler a, Output output, int vectors) {
    new SumFinish(a, output, vectors).function();
  }

  private int rowBytes() {
    return vectors * SumTables.VECTOR_TOKENS * Integer.BYTES;
  }

  private void function() {
    a.mov(R8, Parameters.X.in(RDI));
    a.add(R8, RDI);
    a.mov(R9, RSI);
    a.add(R9, Parameters.SCALES.in(RDI));
    a.mov(R13, RSI);
    a.add(R13, Parameters.BIAS.in(RDI));
    a.mov(R10, RDX);
    a.add(R10, Parameters.TOKEN_SCALES.in(RDI));
    a.mov(R11, Parameters.OUT_STRIDE.in(RDI));
    a.add(RCX, Parameters.OUT.in(RDI));
    a.mov(RBX, Parameters.PANELS.in(RDI));
    var panel = new Label();
    a.bind(panel);
    for (int token = 0; token < vectors * SumTables.VECTOR_TOKENS; token += SQUARE) {
      for (int row = 0; row < PanelLayout.TILE_ROWS; row += SQUARE) {
        transpose(row, token);
      }
    }
    tokens();
    a.add(R8, PanelLayout.TILE_ROWS * rowBytes());
    a.add(R9, TOKEN_BYTES);
    a.add(R13, TOKEN_BYTES);
    a.add(RCX, TOKEN_BYTES);
    a.sub(RBX, 1);
    a.jump(Condition.NOT_EQUAL, panel);
  }

  /** Eight rows of eight tokens: pairs of rows, then fours, then lanes. */
  private void transpose(int row, int token) {
    for (int i = 0; i < SQUARE; i++) {
      a.vmovups(ymm(i), Mem.at(R8, (row + i) * rowBytes() + token * Integer.BYTES));
    }
    for (int i = 0; i < SQUARE; i += 2) {
      a.vpunpckldq(ymm(8 + i), ymm(i), ymm(i + 1));
      a.vpunpckhdq(ymm(9 + i), ymm(i), ymm(i + 1));
    }
    for (int half = 0; half < 2; half++) {
      for (int i = 0; i < 2; i++) {
        // Of lanes t and t + 4 the rows 4 half to 4 half + 3: t = 2 i, then 2 i + 1.
        Vec first = ymm(8 + 4 * half + i);
        Vec second = ymm(10 + 4 * half + i);
        a.vpunpcklqdq(ymm(4 * half + 2 * i), first, second);
        a.vpunpckhqdq(ymm(4 * half + 2 * i + 1), first, second);
      }
    }
    for (int i = 0; i < SQUARE; i++) {
      Vec to = ymm(8 + i);
      a.vperm2i128(to, ymm(i % 4), ymm(4 + i % 4), i < 4 ? 0x20 : 0x31);
      a.vmovups(
          Mem.at(RDI, SumTables.PANEL_AT + (token + i) * TOKEN_BYTES + row * Integer.BYTES), to);
    }
  }

  private void tokens() {
    a.lea(R12, Mem.at(RDI, SumTables.PANEL_AT));
    a.mov(R14, RCX);
    a.mov(R15, R10);
    for (int i = 0; i < 2; i++) {
      if (output.scaled()) {
        a.vmovups(scale(i), Mem.at(R9, VECTOR_BYTES * i));
      }
      if (output.biased()) {
        a.vmovups(bias(i), Mem.at(R13, VECTOR_BYTES * i));
      }
    }
    a.vpxor(ZERO, ZERO, ZERO);
    a.mov(RAX, Parameters.TOKENS.in(RDI));
    var token = new Label();
    a.bind(token);
    if (output.scaled()) {
      a.vbroadcastss(TOKEN_SCALE, Mem.at(R15));
    }
    for (int i = 0; i < 2; i++) {
      a.vmovups(ymm(i), Mem.at(R12, VECTOR_BYTES * i));
      if (output.scaled()) {
        finish(ymm(i), i);
      }
      a.vmovups(Mem.at(R14, VECTOR_BYTES * i), ymm(i));
    }
    a.add(R12, TOKEN_BYTES);
    a.add(R15, Float.BYTES);
    a.add(R14, R11);
    a.sub(RAX, 1);
    a.jump(Condition.NOT_EQUAL, token);
  }

  private static Vec scale(int half) {
    return ymm(8 + half);
  }

  private static Vec bias(int half) {
    return ymm(10 + half);
  }

  private void finish(Vec sum, int half) {
    if (!output.grouped()) {
      a.vcvtdq2ps(sum, sum);
      a.vmulps(sum, sum, scale(half));
    }
    a.vmulps(sum, sum, TOKEN_SCALE);
    if (output.biased()) {
      a.vaddps(sum, sum, bias(half));
    }
    if (output.relu()) {
      // The second operand wins if one is NaN; behind a bias it is never -0.
      a.vmaxps(sum, ZERO, sum);
    }
  }
}
