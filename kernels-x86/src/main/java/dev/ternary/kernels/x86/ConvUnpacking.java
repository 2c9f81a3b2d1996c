package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;

/**
 * Unpacks the trits of a panel for {@link ConvCode}. A block of packed weights has 16 columns of 16
 * rows: 4 bytes a row, of which field {@code f} of byte {@code i} is column {@code 4 f + i}. So the
 * fields are the bytes of four steps. To bytes of -1, 0 and 1, or to floats.
 *
 * <p>Function: {@code (parameters, packed, unpacked, tables)}: {@link ConvParameters#COUNT} blocks
 * of the tiles that are {@link ConvParameters#X_STRIDE} bytes apart. Tables: 64 bytes of 3, 64 of
 * 1, and 16 times the floats -1, 0, 1, 0.
 */
final class ConvUnpacking {

  /** Bytes of the tables. */
  static final int TABLE_BYTES = 192;

  private static final int ONES = 64;
  private static final int FLOATS = 128;

  private ConvUnpacking() {}

  static void generate(Assembler a, int vectorBytes, int vectors, boolean int8) {
    a.mov(RAX, ConvParameters.COUNT.in(RDI));
    a.mov(R8, ConvParameters.X_STRIDE.in(RDI));
    Vec first = new Vec(0, vectorBytes);
    Vec ones = new Vec(1, vectorBytes);
    a.vmovups(first, Mem.at(RCX, int8 ? 0 : FLOATS));
    a.vmovups(ones, Mem.at(RCX, ONES));
    int steps = int8 ? 4 : 16;
    var block = new Label();
    a.bind(block);
    for (int v = 0; v < vectors; v++) {
      int at = v * vectorBytes;
      Mem from = at < 64 ? Mem.at(RSI, at) : Mem.at(RSI, R8, at - 64);
      Vec packed = new Vec(2 + v, vectorBytes);
      a.vmovups(packed, from);
      for (int step = 0; step < steps; step++) {
        Vec to = new Vec(4 + (v * steps + step) % 8, vectorBytes);
        if (int8) {
          a.vpsrlw(to, packed, 2 * step);
          a.vpand(to, to, first);
          a.vpsubb(to, to, ones);
        } else {
          a.vpsrld(to, packed, 8 * (step % 4) + 2 * (step / 4));
          a.vpermilps(to, first, to);
        }
        a.vmovups(Mem.at(RDX, (step * vectors + v) * vectorBytes), to);
      }
    }
    a.add(RSI, 64);
    a.add(RDX, steps * vectors * vectorBytes);
    a.sub(RAX, 1);
    a.jump(Condition.NOT_EQUAL, block);
  }
}
