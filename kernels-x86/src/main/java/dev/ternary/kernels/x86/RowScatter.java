package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R10;
import static dev.ternary.foreign.asm.Gpr.R11;
import static dev.ternary.foreign.asm.Gpr.R12;
import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.R9;
import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;

/**
 * Spreads the 32-bit words of the 16 rows of a tile over a panel: the words of one block side by
 * side. Machine code because weights are repacked when a program starts, before the JIT compiler
 * has seen anything.
 *
 * <p>Function: {@code (parameters, unused, rows, panel)}: {@link Parameters#BLOCKS} words a row,
 * the rows one after another, {@link Parameters#OUT} the offset of the tile, {@link
 * Parameters#OUT_STRIDE} from one block to the next.
 */
final class RowScatter {

  private static final Gpr[] WORDS = {R8, R9, R10, R11};

  private RowScatter() {}

  static void generate(Assembler a) {
    a.add(RCX, Parameters.OUT.in(RDI));
    a.mov(R12, Parameters.OUT_STRIDE.in(RDI));
    for (int pass = 0; pass < PanelLayout.TILE_ROWS / WORDS.length; pass++) {
      rows(a);
      a.add(RCX, 4 * WORDS.length);
    }
  }

  /** Four rows at a time, so that what they store shares a part of a cache line. */
  private static void rows(Assembler a) {
    a.mov(R8, RDX);
    for (int i = 1; i < WORDS.length; i++) {
      a.mov(WORDS[i], Parameters.BLOCKS.in(RDI));
      a.lea(WORDS[i], new Mem(WORDS[i - 1], WORDS[i], 4, 0, false));
    }
    a.mov(RAX, RCX);
    a.mov(Gpr.RBX, Parameters.BLOCKS.in(RDI));
    var block = new Label();
    a.bind(block);
    for (int i = 0; i < WORDS.length; i++) {
      a.mov32(Gpr.RSI, Mem.at(WORDS[i]));
      a.mov32(Mem.at(RAX, 4 * i), Gpr.RSI);
      a.add(WORDS[i], 4);
    }
    a.add(RAX, R12);
    a.sub(Gpr.RBX, 1);
    a.jump(Condition.NOT_EQUAL, block);
    a.mov(RDX, WORDS[WORDS.length - 1]);
  }
}
