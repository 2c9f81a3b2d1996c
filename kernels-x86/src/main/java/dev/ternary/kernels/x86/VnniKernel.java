package dev.ternary.kernels.x86;

import static dev.ternary.kernels.x86.asm.Gpr.R10;
import static dev.ternary.kernels.x86.asm.Gpr.R11;
import static dev.ternary.kernels.x86.asm.Gpr.R12;
import static dev.ternary.kernels.x86.asm.Gpr.R13;
import static dev.ternary.kernels.x86.asm.Gpr.R14;
import static dev.ternary.kernels.x86.asm.Gpr.R15;
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
 * Products of panels with a few tokens by {@code vpdpbusd}, 256 bits wide (AVX-VNNI) or 512
 * (AVX-512 VNNI). The 2-bit fields of a byte are masked out and multiplied; where there are two or
 * four accumulators a vector, the higher fields are not shifted down but summed up 4, 16 or 64
 * times too large, and one shift at the end of a group puts that right.
 *
 * <p>Function: {@code (parameters, matrix, work, output)}.
 *
 * @see Shape
 */
final class VnniKernel {

  /**
   * What one function does.
   *
   * @param vectorBytes 32 or 64
   * @param tiles tiles in the panels
   * @param tokens 1 to 6
   * @param masks fields that are not shifted down: 1, 2 or 4
   * @param output what is stored
   */
  record Shape(int vectorBytes, int tiles, int tokens, int masks, Output output) {

    /** Accumulators of one vector: enough that additions do not wait for each other. */
    int accumulators() {
      return registers() == 16 && tokens == 1 && masks == 2 ? FIELDS : masks;
    }

    /** Vectors that hold one block of the panel. */
    int vectors() {
      return tiles * PanelLayout.BLOCK_BYTES / vectorBytes;
    }

    int registers() {
      return vectorBytes == 64 ? 32 : 16;
    }
  }

  private static final int FIELDS = 4;
  private static final int PREFETCH_BYTES = 4096;

  /** Where the rows of the tokens start. */
  private static final Gpr[] X = {RDX, RBP, R12, R13, R14, R15};

  private final Assembler a;
  private final Shape shape;
  private final RegisterFile registers;
  private final Vec[][][] sums;
  private final Vec[][] totals;
  private final Vec[] masks;

  private VnniKernel(Assembler a, Shape shape) {
    this.a = a;
    this.shape = shape;
    registers = new RegisterFile(shape.vectorBytes(), shape.registers());
    sums = new Vec[shape.tokens()][shape.accumulators()][];
    totals = new Vec[shape.tokens()][];
    for (int token = 0; token < shape.tokens(); token++) {
      for (int i = 0; i < shape.accumulators(); i++) {
        sums[token][i] = registers.take(shape.vectors());
      }
      totals[token] = registers.take(shape.output() == Output.GROUPED ? shape.vectors() : 0);
    }
    masks = registers.take(shape.masks());
  }

  static void generate(Assembler a, Shape shape) {
    new VnniKernel(a, shape).function();
  }

  private void function() {
    loadMasks();
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
    a.mov(R11, Parameters.BLOCKS.in(RDI));
    var block = new Label();
    a.bind(block);
    if (shape.tokens() == 1) {
      prefetch();
    }
    if (shape.masks() == 1) {
      shiftedBlock();
    } else {
      maskedBlock();
    }
    a.add(RSI, PanelLayout.BLOCK_BYTES * shape.tiles());
    a.add(R10, PanelLayout.BLOCK_COLS);
    a.sub(R11, 1);
    a.jump(Condition.NOT_EQUAL, block);
    endGroup();
    a.add(R9, Parameters.SUMS_STRIDE.in(RDI));
    a.sub(RBX, 1);
    a.jump(Condition.NOT_EQUAL, group);
    store();
    a.add(RCX, PanelLayout.BLOCK_BYTES * shape.tiles());
    a.mov(RAX, Parameters.PANELS.in(RDI));
    a.sub(RAX, 1);
    a.mov(Parameters.PANELS.in(RDI), RAX);
    a.jump(Condition.NOT_EQUAL, panel);
  }

  private void loadMasks() {
    for (int mask = 0; mask < masks.length; mask++) {
      int bits = 0x0303_0303 << (2 * mask);
      // Through the parameter that the loop over panels does not use.
      a.mov32(RAX, bits);
      a.mov32(Parameters.TOKENS.in(RDI), RAX);
      a.vpbroadcastd(masks[mask], Parameters.TOKENS.in(RDI));
    }
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
    for (int token = 1; token < shape.tokens(); token++) {
      a.mov(X[token], X[token - 1]);
      a.add(X[token], Parameters.X_STRIDE.in(RDI));
    }
  }

  private void startTotals() {
    if (shape.output() != Output.GROUPED) {
      return;
    }
    // -0 + p = p for every p, also for -0.
    try (var scratch = registers.borrow(1)) {
      Vec minusZero = scratch.vec(0);
      a.mov32(RAX, 0x8000_0000);
      a.mov32(Parameters.TOKENS.in(RDI), RAX);
      a.vpbroadcastd(minusZero, Parameters.TOKENS.in(RDI));
      for (Vec[] row : totals) {
        for (Vec total : row) {
          a.vmovups(total, minusZero);
        }
      }
    }
  }

  private void startSums() {
    for (int token = 0; token < shape.tokens(); token++) {
      for (int i = 0; i < shape.accumulators(); i++) {
        for (Vec sum : sums[token][i]) {
          if (i == 0) {
            a.vpbroadcastd(sum, Mem.at(R9, 4 * token));
          } else {
            a.vpxor(sum, sum, sum);
          }
        }
      }
    }
  }

  /**
   * With one token, weights are used once and often come from memory; asking for them this early
   * was measured to bring 95 % of the rate of a plain read, up from 88 %. A prefetch beyond the end
   * of the weights has no effect, not even a fault.
   */
  private void prefetch() {
    for (int tile = 0; tile < shape.tiles(); tile++) {
      a.prefetcht0(Mem.at(RSI, PREFETCH_BYTES + PanelLayout.BLOCK_BYTES * tile));
    }
  }

  private Mem weights(int vector) {
    return Mem.at(RSI, vector * shape.vectorBytes());
  }

  private static Mem activations(int token, int field) {
    return Mem.at(X[token], R10, FIELDS * field);
  }

  /** Every field shifted down: few accumulators, so many tokens. */
  private void shiftedBlock() {
    int vectors = shape.vectors();
    try (var codes = registers.borrow(vectors);
        var spread = registers.borrow(Math.min(registers.free(), shape.tokens()))) {
      int next = 0;
      for (int field = 0; field < FIELDS; field++) {
        for (int v = 0; v < vectors; v++) {
          decode(codes.vec(v), weights(v), field);
        }
        for (int token = 0; token < shape.tokens(); token++) {
          Vec x = spread.vec(next++ % spread.count());
          a.vpbroadcastd(x, activations(token, field));
          for (int v = 0; v < vectors; v++) {
            a.vpdpbusd(sums[token][0][v], codes.vec(v), x);
          }
        }
      }
    }
  }

  private void decode(Vec to, Mem from, int field) {
    if (field == 0) {
      a.vpand(to, masks[0], from);
      return;
    }
    if (shape.vectorBytes() == 64) {
      a.vpsrlw(to, from, 2 * field);
    } else {
      a.vmovups(to, from);
      a.vpsrlw(to, to, 2 * field);
    }
    a.vpand(to, to, masks[0]);
  }

  /** As many accumulators as masks: fewer shifts. */
  private void maskedBlock() {
    if (shape.registers() == 16) {
      fieldByField();
    } else {
      vectorByVector();
    }
  }

  /** All vectors of weights in registers, one field of activations at a time. */
  private void fieldByField() {
    try (var packed = registers.borrow(shape.vectors());
        var x = registers.borrow(shape.tokens());
        var codes = registers.borrow(Math.min(registers.free(), 3))) {
      for (int v = 0; v < shape.vectors(); v++) {
        a.vmovups(packed.vec(v), weights(v));
      }
      int next = 0;
      for (int field = 0; field < FIELDS; field++) {
        for (int token = 0; token < shape.tokens(); token++) {
          a.vpbroadcastd(x.vec(token), activations(token, field));
        }
        for (int v = 0; v < shape.vectors(); v++) {
          Vec code = codes.vec(next++ % codes.count());
          decode(code, packed.vec(v), field);
          for (int token = 0; token < shape.tokens(); token++) {
            a.vpdpbusd(sums[token][field % shape.accumulators()][v], code, x.vec(token));
          }
        }
      }
    }
  }

  /** All activations of a block in registers, one vector of weights at a time. */
  private void vectorByVector() {
    try (var x = registers.borrow(FIELDS * shape.tokens());
        var packed = registers.borrow(1);
        var codes = registers.borrow(Math.min(registers.free(), 3))) {
      for (int field = 0; field < FIELDS; field++) {
        for (int token = 0; token < shape.tokens(); token++) {
          a.vpbroadcastd(x.vec(FIELDS * token + field), activations(token, field));
        }
      }
      int next = 0;
      for (int v = 0; v < shape.vectors(); v++) {
        a.vmovups(packed.vec(0), weights(v));
        for (int field = 0; field < FIELDS; field++) {
          Vec code = codes.vec(next++ % codes.count());
          decode(code, packed.vec(0), field);
          for (int token = 0; token < shape.tokens(); token++) {
            a.vpdpbusd(
                sums[token][field % shape.accumulators()][v], code, x.vec(FIELDS * token + field));
          }
        }
      }
    }
  }

  /**
   * One field of packed weights; shifts them on where the next fields go back to the first mask.
   */
  private void decode(Vec code, Vec packed, int field) {
    int mask = field % shape.masks();
    if (field > 0 && mask == 0) {
      a.vpsrlw(packed, packed, 2 * shape.masks());
    }
    a.vpand(code, packed, masks[mask]);
  }

  private void endGroup() {
    for (Vec[][] token : sums) {
      for (int v = 0; v < shape.vectors(); v++) {
        for (int i = shape.accumulators() - 1; i >= shape.masks(); i--) {
          Vec same = token[i - shape.masks()][v];
          a.vpaddd(same, same, token[i][v]);
        }
        // From the highest field down: ((s3 >> 2) + s2 >> 2) + ..., each shift exact.
        for (int mask = shape.masks() - 1; mask > 0; mask--) {
          a.vpsrad(token[mask][v], token[mask][v], 2);
          a.vpaddd(token[mask - 1][v], token[mask - 1][v], token[mask][v]);
        }
      }
    }
    if (shape.output() == Output.SUMS) {
      return;
    }
    for (int token = 0; token < shape.tokens(); token++) {
      for (int v = 0; v < shape.vectors(); v++) {
        Vec sum = sums[token][0][v];
        a.vcvtdq2ps(sum, sum);
        a.vmulps(sum, sum, Mem.at(R8, v * shape.vectorBytes()));
        if (shape.output() == Output.GROUPED) {
          a.vaddps(totals[token][v], totals[token][v], sum);
        }
      }
    }
    a.add(R8, PanelLayout.BLOCK_BYTES * shape.tiles());
  }

  private void store() {
    a.mov(RAX, RCX);
    a.mov(R10, Parameters.TOKEN_SCALES.in(RDI));
    try (var scratch = registers.borrow(1)) {
      for (int token = 0; token < shape.tokens(); token++) {
        Vec[] results = shape.output() == Output.GROUPED ? totals[token] : sums[token][0];
        if (shape.output() != Output.SUMS) {
          a.vbroadcastss(scratch.vec(0), Mem.at(R10, 4 * token));
        }
        for (int v = 0; v < shape.vectors(); v++) {
          if (shape.output() != Output.SUMS) {
            a.vmulps(results[v], results[v], scratch.vec(0));
          }
          a.vmovups(Mem.at(RAX, v * shape.vectorBytes()), results[v]);
        }
        if (token + 1 < shape.tokens()) {
          a.add(RAX, Parameters.OUT_STRIDE.in(RDI));
        }
      }
    }
  }
}
