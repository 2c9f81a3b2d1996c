package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R10;
import static dev.ternary.foreign.asm.Gpr.R12;
import static dev.ternary.foreign.asm.Gpr.R13;
import static dev.ternary.foreign.asm.Gpr.R14;
import static dev.ternary.foreign.asm.Gpr.R15;
import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.R9;
import static dev.ternary.foreign.asm.Gpr.RBP;
import static dev.ternary.foreign.asm.Gpr.RBX;
import static dev.ternary.foreign.asm.Gpr.RSI;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;

/**
 * What generated convolutions have in common: a panel of output channels at the positions of some
 * rows of the output. A window is a few runs of an image whose channels lie last ({@link
 * ConvRuns}); neighbouring positions, the tokens, are a constant stride apart. So it is a product
 * of matrices whose tokens lie in the image itself.
 *
 * <p>Function: {@code (parameters, x, y, addend)}. Registers have their roles throughout.
 */
abstract class ConvCode {

  static final Gpr PARAMETERS = ConvEnd.PARAMETERS;

  /** The next weights. */
  static final Gpr WEIGHTS = RSI;

  static final Gpr FREE = ConvEnd.ROW_DATA;

  private static final Gpr OUT = ConvEnd.OUT;
  private static final Gpr ADDEND = ConvEnd.ADDEND;
  private static final Gpr STEPS_LEFT = ConvEnd.FREE;

  private static final Gpr RUN = R12;
  private static final Gpr RUNS_LEFT = R13;
  private static final Gpr ROW = R14;
  private static final Gpr BLOCK = R15;

  /** Where the windows of tokens 0, 5 and 10 go on. */
  private static final Gpr[] X = {R8, RBP, RBX};

  private static final int TOKENS_A_BASE = 5;

  /** Once and three times the distance of two tokens. */
  private static final Gpr STRIDE = R9;

  private static final Gpr STRIDE3 = R10;

  final Assembler a;
  final ConvVariant variant;
  final int vectorBytes;
  final RegisterFile registers;

  /** By token and vector. */
  final Vec[][] sums;

  ConvCode(Assembler a, ConvVariant variant, int vectorBytes) {
    this.a = a;
    this.variant = variant;
    this.vectorBytes = vectorBytes;
    registers = new RegisterFile(vectorBytes, vectorBytes == 64 ? 32 : 16);
    sums = new Vec[variant.tokens()][];
    for (int token = 0; token < sums.length; token++) {
      sums[token] = registers.take(variant.vectors());
    }
  }

  /** Fills registers that stay as they are. */
  void loadConstants() {}

  /** Sets the sums of a block to what they start with. */
  abstract void startSums();

  /** Adds the products of one step, the {@code step}th behind {@link #WEIGHTS}. */
  abstract void step(int step);

  /** Makes floats with the scale of the output channel of the sums. */
  abstract void finishSums();

  private int stepWeights() {
    return variant.vectors() * vectorBytes;
  }

  final Mem weights(int step, int vector) {
    return Mem.at(WEIGHTS, step * stepWeights() + vector * vectorBytes);
  }

  /** What a token has in a step. */
  final Mem x(int token, int step) {
    Gpr base = X[token / TOKENS_A_BASE];
    int disp = step * ConvRuns.STEP_BYTES;
    return switch (token % TOKENS_A_BASE) {
      case 0 -> Mem.at(base, disp);
      case 1 -> Mem.at(base, STRIDE, disp);
      case 2 -> Mem.at(base, STRIDE, disp).scaled(2);
      case 3 -> Mem.at(base, STRIDE3, disp);
      default -> Mem.at(base, STRIDE, disp).scaled(4);
    };
  }

  /** {@link ConvRows} of the panel, given the register that has its address. */
  final Mem rows(Gpr address, int kind, int vector) {
    return Mem.at(address, ConvRows.at(kind, vectorBytes, vector));
  }

  private int bases() {
    return Math.ceilDiv(variant.tokens(), TOKENS_A_BASE);
  }

  final void function() {
    addresses();
    loadConstants();
    var end = new ConvEnd(new ConvEnd.Block(a, variant, vectorBytes, registers, sums));
    end.loadConstants();
    var row = new Label();
    a.bind(row);
    a.mov(BLOCK, ROW);
    a.mov(FREE, ConvParameters.BLOCKS.in(PARAMETERS));
    a.mov(ConvParameters.BLOCKS_LEFT.in(PARAMETERS), FREE);
    var block = new Label();
    a.bind(block);
    startSums();
    sum();
    finishSums();
    end.store();
    a.add(BLOCK, ConvParameters.X_BLOCK.in(PARAMETERS));
    next(ConvParameters.BLOCKS_LEFT, block);
    a.add(ROW, ConvParameters.X_ROW.in(PARAMETERS));
    a.add(OUT, ConvParameters.OUT_ROW.in(PARAMETERS));
    next(ConvParameters.ROWS, row);
  }

  private void next(ConvParameters counter, Label label) {
    a.mov(FREE, counter.in(PARAMETERS));
    a.sub(FREE, 1);
    a.mov(counter.in(PARAMETERS), FREE);
    a.jump(Condition.NOT_EQUAL, label);
  }

  private void addresses() {
    a.mov(ROW, RSI);
    a.add(ROW, ConvParameters.X.in(PARAMETERS));
    a.add(OUT, ConvParameters.OUT.in(PARAMETERS));
    a.add(ADDEND, ConvParameters.ADDEND.in(PARAMETERS));
    a.sub(ADDEND, OUT);
    a.mov(STRIDE, ConvParameters.X_STRIDE.in(PARAMETERS));
    a.lea(STRIDE3, Mem.at(STRIDE, STRIDE, 0).scaled(2));
  }

  /** Goes through all runs of the windows of a block. */
  private void sum() {
    a.mov(WEIGHTS, ConvParameters.WEIGHTS.in(PARAMETERS));
    a.mov(RUN, ConvParameters.RUNS.in(PARAMETERS));
    a.mov(RUNS_LEFT, ConvParameters.RUN_COUNT.in(PARAMETERS));
    for (int i = 0; i < bases(); i++) {
      if (i == 0) {
        a.mov(X[0], BLOCK);
      } else {
        a.lea(X[i], Mem.at(X[i - 1], STRIDE, 0).scaled(4));
        a.add(X[i], STRIDE);
      }
    }
    var run = new Label();
    a.bind(run);
    for (int i = 0; i < bases(); i++) {
      a.add(X[i], Mem.at(RUN, ConvRuns.DISTANCE));
    }
    a.mov(STEPS_LEFT, Mem.at(RUN, ConvRuns.STEPS));
    var steps = new Label();
    a.bind(steps);
    for (int step = 0; step < variant.unroll(); step++) {
      step(step);
    }
    for (int i = 0; i < bases(); i++) {
      a.add(X[i], ConvRuns.STEP_BYTES * variant.unroll());
    }
    a.add(WEIGHTS, stepWeights() * variant.unroll());
    a.sub(STEPS_LEFT, variant.unroll());
    a.jump(Condition.NOT_EQUAL, steps);
    a.add(WEIGHTS, Mem.at(RUN, ConvRuns.SKIP));
    endRun(RUN);
    a.add(RUN, ConvRuns.BYTES);
    a.sub(RUNS_LEFT, 1);
    a.jump(Condition.NOT_EQUAL, run);
  }

  /** Code behind each run, given the register that points to it. */
  void endRun(Gpr run) {}
}
