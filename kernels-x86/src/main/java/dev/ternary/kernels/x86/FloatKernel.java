package dev.ternary.kernels.x86;

import static dev.ternary.kernels.x86.asm.Gpr.R10;
import static dev.ternary.kernels.x86.asm.Gpr.R11;
import static dev.ternary.kernels.x86.asm.Gpr.R12;
import static dev.ternary.kernels.x86.asm.Gpr.R13;
import static dev.ternary.kernels.x86.asm.Gpr.R14;
import static dev.ternary.kernels.x86.asm.Gpr.R8;
import static dev.ternary.kernels.x86.asm.Gpr.RAX;
import static dev.ternary.kernels.x86.asm.Gpr.RBP;
import static dev.ternary.kernels.x86.asm.Gpr.RBX;
import static dev.ternary.kernels.x86.asm.Gpr.RCX;
import static dev.ternary.kernels.x86.asm.Gpr.RDI;
import static dev.ternary.kernels.x86.asm.Gpr.RDX;
import static dev.ternary.kernels.x86.asm.Gpr.RSI;

import dev.ternary.kernels.x86.asm.Assembler;
import dev.ternary.kernels.x86.asm.Condition;
import dev.ternary.kernels.x86.asm.Gpr;
import dev.ternary.kernels.x86.asm.Label;
import dev.ternary.kernels.x86.asm.Mem;
import dev.ternary.kernels.x86.asm.Vec;

/**
 * Products with float32 tokens: a few columns of a token become a table of all they can add to a
 * row, and the codes of the weights look it up. With AVX-512 a table of 16 serves two columns
 * ({@code vpermps} looks at 4 bits), with AVX2 one of 4 serves one ({@code vpermilps}, 2 bits). The
 * order of the sum is that of the columns, over as many partial sums as hide the latency of an
 * addition.
 *
 * <p>Function: {@code (parameters, matrix, work, output)}; {@link Parameters#X} and {@link
 * Parameters#X_STRIDE} count in bytes of floats.
 */
final class FloatKernel {

  /**
   * What one function does.
   *
   * @param vectorBytes 32 or 64
   * @param tiles tiles in the panels
   * @param tokens 1 to {@link #maxTokens}
   * @param grouped whether there is more than one group
   */
  record Shape(int vectorBytes, int tiles, int tokens, boolean grouped) {

    int vectors() {
      return tiles * PanelLayout.BLOCK_BYTES / vectorBytes;
    }

    int lookedUpCols() {
      return vectorBytes == 64 ? 2 : 1;
    }

    /** Partial sums of one result, at most 4: additions in flight without waiting: 8. */
    int chains() {
      return Math.clamp(8 / (vectors() * tokens), 1, 4);
    }
  }

  private static final Gpr[] X = {RDX, RBP, R12, R13};

  private final Assembler a;
  private final Shape shape;
  private final RegisterFile registers;
  private final Vec[][][] sums;
  private final Vec[][] totals;

  /** The code's trit, for the first and the second column of a table. */
  private final Vec[] trits;

  private FloatKernel(Assembler a, Shape shape) {
    this.a = a;
    this.shape = shape;
    registers = new RegisterFile(shape.vectorBytes(), shape.vectorBytes() == 64 ? 32 : 16);
    trits = registers.take(shape.lookedUpCols());
    sums = new Vec[shape.tokens()][shape.chains()][];
    totals = new Vec[shape.tokens()][];
    for (int token = 0; token < shape.tokens(); token++) {
      for (int chain = 0; chain < shape.chains(); chain++) {
        sums[token][chain] = registers.take(shape.vectors());
      }
      totals[token] = registers.take(shape.grouped() ? shape.vectors() : 0);
    }
  }

  /** The most tokens that have enough registers. */
  static int maxTokens(int vectorBytes, boolean grouped) {
    return (vectorBytes == 64 ? 4 : 2) / (grouped ? 2 : 1);
  }

  static void generate(Assembler a, Shape shape) {
    new FloatKernel(a, shape).function();
  }

  private void function() {
    loadTrits();
    a.mov(R8, RSI);
    a.add(R8, Parameters.SCALES.in(RDI));
    a.add(RSI, Parameters.WEIGHTS.in(RDI));
    a.add(RCX, Parameters.OUT.in(RDI));
    a.add(RDX, Parameters.X.in(RDI));
    for (int token = 1; token < shape.tokens(); token++) {
      a.mov(X[token], X[token - 1]);
      a.add(X[token], Parameters.X_STRIDE.in(RDI));
    }
    var panel = new Label();
    a.bind(panel);
    a.xor(R10, R10);
    a.mov(RBX, Parameters.GROUPS.in(RDI));
    clear(totals);
    var group = new Label();
    a.bind(group);
    for (Vec[][] chains : sums) {
      clear(chains);
    }
    a.mov(R11, Parameters.BLOCKS.in(RDI));
    var block = new Label();
    a.bind(block);
    block();
    a.add(RSI, PanelLayout.BLOCK_BYTES * shape.tiles());
    a.add(R10, PanelLayout.BLOCK_COLS * Float.BYTES);
    a.sub(R11, 1);
    a.jump(Condition.NOT_EQUAL, block);
    endGroup();
    a.sub(RBX, 1);
    a.jump(Condition.NOT_EQUAL, group);
    store();
    a.add(RCX, PanelLayout.BLOCK_BYTES * shape.tiles());
    a.mov(RAX, Parameters.PANELS.in(RDI));
    a.sub(RAX, 1);
    a.mov(Parameters.PANELS.in(RDI), RAX);
    a.jump(Condition.NOT_EQUAL, panel);
  }

  /** Writes the table of trits to the parameter block, which has room behind the parameters. */
  private void loadTrits() {
    a.lea(R14, Mem.at(RDI, (int) Parameters.BYTES));
    for (int col = 0; col < trits.length; col++) {
      for (int lane = 0; lane < shape.vectorBytes() / Float.BYTES; lane++) {
        int code = (lane >> (2 * col)) & 3;
        float trit = code == 3 ? 0 : code - 1;
        a.mov32(RAX, Float.floatToRawIntBits(trit));
        a.mov32(Mem.at(R14, Float.BYTES * lane), RAX);
      }
      a.vmovups(trits[col], Mem.at(R14));
    }
  }

  private void clear(Vec[][] rows) {
    for (Vec[] row : rows) {
      for (Vec vec : row) {
        a.vpxor(vec, vec, vec);
      }
    }
  }

  private void block() {
    int step = shape.lookedUpCols();
    try (var tables = registers.borrow(shape.tokens());
        var codes = registers.borrow(2);
        var found = registers.borrow(Math.min(registers.free(), 3))) {
      int next = 0;
      for (int col = 0; col < PanelLayout.BLOCK_COLS; col += step) {
        for (int token = 0; token < shape.tokens(); token++) {
          table(tables.vec(token), found.vec(0), token, col);
        }
        int chain = col / step % shape.chains();
        for (int v = 0; v < shape.vectors(); v++) {
          Vec code = codes.vec(v % codes.count());
          shifted(code, Mem.at(RSI, v * shape.vectorBytes()), 2 * col);
          for (int token = 0; token < shape.tokens(); token++) {
            Vec value = found.vec(next++ % found.count());
            if (step == 2) {
              a.vpermps(value, code, tables.vec(token));
            } else {
              a.vpermilps(value, tables.vec(token), code);
            }
            Vec sum = sums[token][chain][v];
            a.vaddps(sum, sum, value);
          }
        }
      }
    }
  }

  private void table(Vec to, Vec scratch, int token, int col) {
    Mem x = Mem.at(X[token], R10, Float.BYTES * col);
    a.vbroadcastss(scratch, x);
    a.vmulps(to, trits[0], scratch);
    if (shape.lookedUpCols() == 2) {
      a.vbroadcastss(scratch, Mem.at(X[token], R10, Float.BYTES * (col + 1)));
      a.vfmadd231ps(to, trits[1], scratch);
    }
  }

  private void shifted(Vec to, Mem from, int bits) {
    if (bits == 0) {
      a.vmovups(to, from);
    } else if (shape.vectorBytes() == 64) {
      a.vpsrld(to, from, bits);
    } else {
      a.vmovups(to, from);
      a.vpsrld(to, to, bits);
    }
  }

  private void endGroup() {
    for (int token = 0; token < shape.tokens(); token++) {
      for (int v = 0; v < shape.vectors(); v++) {
        Vec sum = sums[token][0][v];
        for (int chain = 1; chain < shape.chains(); chain++) {
          a.vaddps(sum, sum, sums[token][chain][v]);
        }
        a.vmulps(sum, sum, Mem.at(R8, v * shape.vectorBytes()));
        if (shape.grouped()) {
          a.vaddps(totals[token][v], totals[token][v], sum);
        }
      }
    }
    a.add(R8, PanelLayout.BLOCK_BYTES * shape.tiles());
  }

  private void store() {
    a.mov(RAX, RCX);
    for (int token = 0; token < shape.tokens(); token++) {
      Vec[] results = shape.grouped() ? totals[token] : sums[token][0];
      for (int v = 0; v < shape.vectors(); v++) {
        a.vmovups(Mem.at(RAX, v * shape.vectorBytes()), results[v]);
      }
      a.add(RAX, Parameters.OUT_STRIDE.in(RDI));
    }
  }
}
