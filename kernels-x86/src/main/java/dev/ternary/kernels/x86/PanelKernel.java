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
import static dev.ternary.foreign.asm.Gpr.RBP;
import static dev.ternary.foreign.asm.Gpr.RBX;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;

/**
 * What products of panels with a few tokens have in common: the loops over panels and groups, the
 * scales, and how results are stored. Kernels add the products of a group.
 *
 * <p>Function: {@code (parameters, matrix, work, output)}. Registers have their roles throughout.
 */
abstract class PanelKernel {

  /**
   * What one function does.
   *
   * @param vectorBytes 32 or 64
   * @param tiles tiles in the panels
   * @param tokens 1 to 6
   * @param output what is stored
   */
  record Shape(int vectorBytes, int tiles, int tokens, Output output) {

    /** Vectors that hold one block of the panel. */
    int vectors() {
      return tiles * PanelLayout.BLOCK_BYTES / vectorBytes;
    }

    /** Whether totals of groups have registers; those of more tokens stand where results go. */
    boolean totalsInRegisters() {
      return output.grouped() && tokens <= MAX_TOKENS_IN_REGISTERS;
    }

    /** Vector registers of the CPU. */
    int registers() {
      return vectorBytes == 64 ? 32 : 16;
    }

    /** Bytes of one block of the panel, and of its results for one token. */
    int rowBytes() {
      return tiles * PanelLayout.BLOCK_BYTES;
    }
  }

  /** Tokens whose totals of groups find registers. */
  static final int MAX_TOKENS_IN_REGISTERS = 3;

  /** The parameter block. */
  static final Gpr PARAMETERS = RDI;

  /** The next weights. */
  static final Gpr WEIGHTS = RSI;

  /** The next scales. */
  static final Gpr SCALES = R8;

  /** The negated sums of the tokens. */
  static final Gpr SUMS = R9;

  /** The results of the panel. */
  static final Gpr RESULTS = RCX;

  static final Gpr GROUPS_LEFT = RBX;

  /** Offset of the next columns in each token. */
  static final Gpr COLUMN = R10;

  static final Gpr BLOCKS_LEFT = R11;

  /** Holds nothing for long. */
  static final Gpr FREE = RAX;

  /** The scales of the tokens, once all columns are done. */
  private static final Gpr TOKEN_SCALES = COLUMN;

  /** The biases of the panel, once all blocks are done. */
  private static final Gpr BIAS = BLOCKS_LEFT;

  /** Where the rows of the tokens start. */
  static final Gpr[] X = {RDX, RBP, R12, R13, R14, R15};

  final Assembler a;
  final Shape shape;
  final RegisterFile registers;
  private final Vec[][] totals;

  PanelKernel(Assembler a, Shape shape) {
    this.a = a;
    this.shape = shape;
    registers = new RegisterFile(shape.vectorBytes(), shape.registers());
    totals = new Vec[shape.tokens()][];
    for (int token = 0; token < shape.tokens(); token++) {
      totals[token] = registers.take(shape.totalsInRegisters() ? shape.vectors() : 0);
    }
  }

  /** Whether tokens are int8, with scales and sums. */
  abstract boolean isInt8();

  /** Fills registers that stay as they are. */
  abstract void loadConstants();

  /** Adds up the blocks of a group, from {@link #SUMS} on; the sums of each token. */
  abstract Vec[][] group();

  final void function() {
    loadConstants();
    addresses();
    var panel = new Label();
    a.bind(panel);
    a.xor(COLUMN, COLUMN);
    a.mov(SUMS, Parameters.SUMS.in(PARAMETERS));
    a.mov(GROUPS_LEFT, Parameters.GROUPS.in(PARAMETERS));
    startTotals();
    var group = new Label();
    a.bind(group);
    Vec[][] sums = group();
    endGroup(sums);
    a.add(SUMS, Parameters.SUMS_STRIDE.in(PARAMETERS));
    a.sub(GROUPS_LEFT, 1);
    a.jump(Condition.NOT_EQUAL, group);
    // Stored totals are still in the registers that the last of them came from.
    store(shape.totalsInRegisters() ? totals : sums);
    a.add(RESULTS, shape.rowBytes());
    a.mov(FREE, Parameters.PANELS.in(PARAMETERS));
    a.sub(FREE, 1);
    a.mov(Parameters.PANELS.in(PARAMETERS), FREE);
    a.jump(Condition.NOT_EQUAL, panel);
  }

  /** Every 32-bit lane becomes {@code value}, through the parameter that nothing else uses. */
  final void spread(Vec to, int value) {
    a.mov32(FREE, value);
    a.mov32(Parameters.TOKENS.in(PARAMETERS), FREE);
    a.vpbroadcastd(to, Parameters.TOKENS.in(PARAMETERS));
  }

  private void addresses() {
    a.mov(SCALES, WEIGHTS);
    a.add(SCALES, Parameters.SCALES.in(PARAMETERS));
    a.mov(FREE, Parameters.BIAS.in(PARAMETERS));
    a.add(FREE, WEIGHTS);
    a.mov(Parameters.BIAS.in(PARAMETERS), FREE);
    a.add(WEIGHTS, Parameters.WEIGHTS.in(PARAMETERS));
    a.add(RESULTS, Parameters.OUT.in(PARAMETERS));
    for (Parameters offset : new Parameters[] {Parameters.SUMS, Parameters.TOKEN_SCALES}) {
      a.mov(FREE, offset.in(PARAMETERS));
      a.add(FREE, X[0]);
      a.mov(offset.in(PARAMETERS), FREE);
    }
    a.add(X[0], Parameters.X.in(PARAMETERS));
    for (int token = 1; token < shape.tokens(); token++) {
      a.mov(X[token], X[token - 1]);
      a.add(X[token], Parameters.X_STRIDE.in(PARAMETERS));
    }
  }

  private void startTotals() {
    if (!shape.output().grouped()) {
      return;
    }
    if (!shape.totalsInRegisters()) {
      startStoredTotals();
      return;
    }
    // -0 + p = p for every p, also for -0.
    Vec first = totals[0][0];
    spread(first, 0x8000_0000);
    for (Vec[] row : totals) {
      for (Vec total : row) {
        if (!total.equals(first)) {
          a.vmovups(total, first);
        }
      }
    }
  }

  private void startStoredTotals() {
    try (var start = registers.borrow(1)) {
      spread(start.vec(0), 0x8000_0000);
      a.mov(FREE, RESULTS);
      for (int token = 0; token < shape.tokens(); token++) {
        for (int v = 0; v < shape.vectors(); v++) {
          a.vmovups(Mem.at(FREE, v * shape.vectorBytes()), start.vec(0));
        }
        a.add(FREE, Parameters.OUT_STRIDE.in(PARAMETERS));
      }
    }
  }

  private void endGroup(Vec[][] sums) {
    if (!shape.output().scaled()) {
      return;
    }
    boolean stored = shape.output().grouped() && !shape.totalsInRegisters();
    if (stored) {
      a.mov(FREE, RESULTS);
    }
    for (int token = 0; token < shape.tokens(); token++) {
      for (int v = 0; v < shape.vectors(); v++) {
        Vec sum = sums[token][v];
        if (isInt8()) {
          a.vcvtdq2ps(sum, sum);
        }
        a.vmulps(sum, sum, Mem.at(SCALES, v * shape.vectorBytes()));
        if (stored) {
          Mem total = Mem.at(FREE, v * shape.vectorBytes());
          a.vaddps(sum, sum, total);
          a.vmovups(total, sum);
        } else if (shape.output().grouped()) {
          a.vaddps(totals[token][v], totals[token][v], sum);
        }
      }
      if (stored) {
        a.add(FREE, Parameters.OUT_STRIDE.in(PARAMETERS));
      }
    }
    a.add(SCALES, shape.rowBytes());
  }

  private void store(Vec[][] results) {
    boolean scaled = shape.output().scaled() && isInt8();
    a.mov(FREE, RESULTS);
    a.mov(TOKEN_SCALES, Parameters.TOKEN_SCALES.in(PARAMETERS));
    a.mov(BIAS, Parameters.BIAS.in(PARAMETERS));
    try (var scratch = registers.borrow(1)) {
      for (int token = 0; token < shape.tokens(); token++) {
        Vec[] row = results[token];
        if (scaled) {
          Vec scale = scratch.vec(0);
          a.vbroadcastss(scale, Mem.at(TOKEN_SCALES, Float.BYTES * token));
          for (Vec result : row) {
            a.vmulps(result, result, scale);
          }
        }
        finish(row, scratch.vec(0));
        for (int v = 0; v < shape.vectors(); v++) {
          a.vmovups(Mem.at(FREE, v * shape.vectorBytes()), row[v]);
        }
        a.add(FREE, Parameters.OUT_STRIDE.in(PARAMETERS));
      }
    }
    if (shape.output().biased()) {
      a.add(BIAS, shape.rowBytes());
      a.mov(Parameters.BIAS.in(PARAMETERS), BIAS);
    }
  }

  /** Adds the bias and applies ReLU. */
  private void finish(Vec[] row, Vec zero) {
    if (shape.output().relu()) {
      a.vpxor(zero, zero, zero);
    }
    for (int v = 0; v < shape.vectors(); v++) {
      if (shape.output().biased()) {
        a.vaddps(row[v], row[v], Mem.at(BIAS, v * shape.vectorBytes()));
      }
      if (shape.output().relu()) {
        // The second operand wins if one is NaN; behind a bias it is never -0.
        a.vmaxps(row[v], zero, row[v]);
      }
    }
  }

  /**
   * Asks for the weights of the block that comes so many bytes later. Weights often come from
   * memory, and a few tokens do not take long enough to hide that; it costs nothing in cache. A
   * prefetch beyond the end of the weights has no effect, not even a fault.
   */
  final void prefetch(int bytesAhead) {
    for (int tile = 0; tile < shape.tiles(); tile++) {
      a.prefetcht0(Mem.at(WEIGHTS, bytesAhead + PanelLayout.BLOCK_BYTES * tile));
    }
  }
}
