package dev.ternary.kernels.x86;

import static dev.ternary.kernels.x86.asm.Gpr.R10;
import static dev.ternary.kernels.x86.asm.Gpr.R11;
import static dev.ternary.kernels.x86.asm.Gpr.R12;
import static dev.ternary.kernels.x86.asm.Gpr.R8;
import static dev.ternary.kernels.x86.asm.Gpr.R9;
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
 * Products of panels of one tile with one or two tokens by {@code vpmaddubsw}, whose pairs of
 * products are summed in 16 bits and flushed to 32 before they could overflow.
 *
 * <p>One token: even fields as they are, odd ones 4 times too large, each in words of its own. A
 * pair is then within {@code 2 * 8 * [-128, 127]}, and 16 pairs (2 a block) within {@code [-32768,
 * 32512]}. Two tokens: all fields shifted down, a pair is within {@code 2 * 2 * [-128, 127]}, and
 * 60 pairs (4 a block) within {@code [-30720, 30480]}.
 *
 * <p>Function: {@code (parameters, matrix, work, output)}.
 */
final class Avx2Kernel {

  private static final int VECTOR_BYTES = 32;
  private static final int VECTORS = PanelLayout.BLOCK_BYTES / VECTOR_BYTES;
  private static final int FIELDS = 4;
  private static final Gpr[] X = {RDX, RBP};

  private final Assembler a;
  private final int tokens;
  private final int masks;
  private final Output output;
  private final RegisterFile registers = new RegisterFile(VECTOR_BYTES, 16);

  /** 16-bit sums by token, mask and vector. */
  private final Vec[][][] words;

  private final Vec[][] sums;
  private final Vec[][] totals;
  private final Vec[] mask;
  private final Vec ones;

  private Avx2Kernel(Assembler a, int tokens, Output output) {
    this.a = a;
    this.tokens = tokens;
    this.output = output;
    masks = tokens == 1 ? 2 : 1;
    words = new Vec[tokens][masks][];
    sums = new Vec[tokens][];
    totals = new Vec[tokens][];
    for (int token = 0; token < tokens; token++) {
      for (int m = 0; m < masks; m++) {
        words[token][m] = registers.take(VECTORS);
      }
      sums[token] = registers.take(VECTORS);
      totals[token] = registers.take(output == Output.GROUPED ? VECTORS : 0);
    }
    mask = registers.take(masks);
    ones = registers.take(1)[0];
  }

  /** The most tokens that have enough registers. */
  static int maxTokens(Output output) {
    return output == Output.GROUPED ? 1 : 2;
  }

  static void generate(Assembler a, int tokens, Output output) {
    new Avx2Kernel(a, tokens, output).function();
  }

  private int blocksBeforeFlush() {
    return masks == 2 ? 8 : 15;
  }

  private void function() {
    for (int m = 0; m < masks; m++) {
      spread(mask[m], 0x0303_0303 << (2 * m));
    }
    spread(ones, 0x0001_0001);
    addresses();
    var panel = new Label();
    a.bind(panel);
    a.xor(R10, R10);
    a.mov(R9, Parameters.SUMS.in(RDI));
    a.mov(RBX, Parameters.GROUPS.in(RDI));
    startTotals();
    var group = new Label();
    a.bind(group);
    startSums();
    group();
    endGroup();
    a.add(R9, Parameters.SUMS_STRIDE.in(RDI));
    a.sub(RBX, 1);
    a.jump(Condition.NOT_EQUAL, group);
    store();
    a.add(RCX, PanelLayout.BLOCK_BYTES);
    a.mov(RAX, Parameters.PANELS.in(RDI));
    a.sub(RAX, 1);
    a.mov(Parameters.PANELS.in(RDI), RAX);
    a.jump(Condition.NOT_EQUAL, panel);
  }

  /** Through the parameter that the loop over panels does not use. */
  private void spread(Vec to, int value) {
    a.mov32(RAX, value);
    a.mov32(Parameters.TOKENS.in(RDI), RAX);
    a.vpbroadcastd(to, Parameters.TOKENS.in(RDI));
  }

  private void addresses() {
    a.mov(R8, RSI);
    a.add(R8, Parameters.SCALES.in(RDI));
    a.add(RSI, Parameters.WEIGHTS.in(RDI));
    a.add(RCX, Parameters.OUT.in(RDI));
    for (Parameters offset : new Parameters[] {Parameters.SUMS, Parameters.TOKEN_SCALES}) {
      a.mov(RAX, offset.in(RDI));
      a.add(RAX, RDX);
      a.mov(offset.in(RDI), RAX);
    }
    a.add(RDX, Parameters.X.in(RDI));
    a.mov(RBP, RDX);
    a.add(RBP, Parameters.X_STRIDE.in(RDI));
  }

  private void startTotals() {
    if (output != Output.GROUPED) {
      return;
    }
    // -0 + p = p for every p, also for -0.
    a.mov32(RAX, 0x8000_0000);
    a.mov32(Parameters.TOKENS.in(RDI), RAX);
    for (Vec[] row : totals) {
      for (Vec total : row) {
        a.vpbroadcastd(total, Parameters.TOKENS.in(RDI));
      }
    }
  }

  private void startSums() {
    for (int token = 0; token < tokens; token++) {
      for (int v = 0; v < VECTORS; v++) {
        a.vpbroadcastd(sums[token][v], Mem.at(R9, 4 * token));
        for (int m = 0; m < masks; m++) {
          a.vpxor(words[token][m][v], words[token][m][v], words[token][m][v]);
        }
      }
    }
  }

  private void group() {
    a.mov(R12, Parameters.BLOCKS.in(RDI));
    var chunk = new Label();
    var part = new Label();
    a.bind(chunk);
    a.mov32(R11, blocksBeforeFlush());
    a.cmp(R12, R11);
    a.jump(Condition.ABOVE_OR_EQUAL, part);
    a.mov(R11, R12);
    a.bind(part);
    a.sub(R12, R11);
    var block = new Label();
    a.bind(block);
    if (masks == 1) {
      shiftedBlock();
    } else {
      maskedBlock();
    }
    a.add(RSI, PanelLayout.BLOCK_BYTES);
    a.add(R10, PanelLayout.BLOCK_COLS);
    a.sub(R11, 1);
    a.jump(Condition.NOT_EQUAL, block);
    flush();
    a.cmp(R12, 0);
    a.jump(Condition.NOT_EQUAL, chunk);
  }

  private void maskedBlock() {
    try (var packed = registers.borrow(VECTORS);
        var x = registers.borrow(1);
        var products = registers.borrow(Math.min(registers.free(), 2))) {
      for (int v = 0; v < VECTORS; v++) {
        a.vmovups(packed.vec(v), Mem.at(RSI, VECTOR_BYTES * v));
      }
      int next = 0;
      for (int field = 0; field < FIELDS; field++) {
        a.vpbroadcastd(x.vec(0), Mem.at(X[0], R10, FIELDS * field));
        for (int v = 0; v < VECTORS; v++) {
          if (field == 2) {
            a.vpsrlw(packed.vec(v), packed.vec(v), 4);
          }
          Vec product = products.vec(next++ % products.count());
          a.vpand(product, packed.vec(v), mask[field % 2]);
          a.vpmaddubsw(product, product, x.vec(0));
          Vec sum = words[0][field % 2][v];
          a.vpaddw(sum, sum, product);
        }
      }
    }
  }

  private void shiftedBlock() {
    try (var codes = registers.borrow(VECTORS);
        var x = registers.borrow(1);
        var products = registers.borrow(Math.min(registers.free(), 2))) {
      int next = 0;
      for (int field = 0; field < FIELDS; field++) {
        for (int v = 0; v < VECTORS; v++) {
          a.vmovups(codes.vec(v), Mem.at(RSI, VECTOR_BYTES * v));
          if (field > 0) {
            a.vpsrlw(codes.vec(v), codes.vec(v), 2 * field);
          }
          a.vpand(codes.vec(v), codes.vec(v), mask[0]);
        }
        for (int token = 0; token < tokens; token++) {
          a.vpbroadcastd(x.vec(0), Mem.at(X[token], R10, FIELDS * field));
          for (int v = 0; v < VECTORS; v++) {
            Vec product = products.vec(next++ % products.count());
            a.vpmaddubsw(product, codes.vec(v), x.vec(0));
            a.vpaddw(words[token][0][v], words[token][0][v], product);
          }
        }
      }
    }
  }

  /** Adds the words to the 32-bit sums and clears them. */
  private void flush() {
    for (int token = 0; token < tokens; token++) {
      for (int v = 0; v < VECTORS; v++) {
        Vec low = words[token][0][v];
        if (masks == 2) {
          Vec high = words[token][1][v];
          a.vpsraw(high, high, 2);
          a.vpaddw(low, low, high);
          a.vpxor(high, high, high);
        }
        a.vpmaddwd(low, low, ones);
        a.vpaddd(sums[token][v], sums[token][v], low);
        a.vpxor(low, low, low);
      }
    }
  }

  private void endGroup() {
    if (output == Output.SUMS) {
      return;
    }
    for (int token = 0; token < tokens; token++) {
      for (int v = 0; v < VECTORS; v++) {
        Vec sum = sums[token][v];
        a.vcvtdq2ps(sum, sum);
        a.vmulps(sum, sum, Mem.at(R8, VECTOR_BYTES * v));
        if (output == Output.GROUPED) {
          a.vaddps(totals[token][v], totals[token][v], sum);
        }
      }
    }
    a.add(R8, PanelLayout.BLOCK_BYTES);
  }

  private void store() {
    a.mov(RAX, RCX);
    a.mov(R10, Parameters.TOKEN_SCALES.in(RDI));
    try (var scale = registers.borrow(1)) {
      for (int token = 0; token < tokens; token++) {
        Vec[] results = output == Output.GROUPED ? totals[token] : sums[token];
        if (output != Output.SUMS) {
          a.vbroadcastss(scale.vec(0), Mem.at(R10, 4 * token));
        }
        for (int v = 0; v < VECTORS; v++) {
          if (output != Output.SUMS) {
            a.vmulps(results[v], results[v], scale.vec(0));
          }
          a.vmovups(Mem.at(RAX, VECTOR_BYTES * v), results[v]);
        }
        if (token + 1 < tokens) {
          a.add(RAX, Parameters.OUT_STRIDE.in(RDI));
        }
      }
    }
  }
}
