package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Mask;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;

/**
 * How a generated convolution ends a block: image scale, bias, what is added, ReLU, maximum, and
 * the store, with one rounding a step.
 */
final class ConvEnd {

  static final Gpr PARAMETERS = Gpr.RDI;

  /** The results of the next position. */
  static final Gpr OUT = Gpr.RDX;

  /** From there to what is added. */
  static final Gpr ADDEND = Gpr.RCX;

  /** The {@link ConvRows}; holds nothing when a block begins or ends. */
  static final Gpr ROW_DATA = Gpr.RAX;

  /** Likewise. */
  static final Gpr FREE = Gpr.R11;

  private static final Mask LANES = Mask.k(1);

  private final Block code;
  private final Assembler a;
  private final ConvVariant variant;
  private final ConvVariant.End end;

  /**
   * A block of results.
   *
   * @param a writes the code
   * @param variant what it does
   * @param vectorBytes 32 or 64
   * @param registers those that are free
   * @param sums by token and vector, as floats
   */
  @SuppressWarnings("ArrayRecordComponent") // the registers of one function, never compared
  record Block(
      Assembler a, ConvVariant variant, int vectorBytes, RegisterFile registers, Vec[][] sums) {}

  ConvEnd(Block code) {
    this.code = code;
    a = code.a();
    variant = code.variant();
    end = variant.end();
  }

  void loadConstants() {
    if (end.tail() && code.vectorBytes() == 64) {
      a.mov(FREE, ConvParameters.LANES.in(PARAMETERS));
      a.kmovw(LANES, FREE);
    }
  }

  /** Registers that all positions share. */
  private record Shared(Vec scratch, Vec zero, Vec largest, Vec lanes) {}

  /** Stores the block, and moves on to the results of the next. */
  void store() {
    a.mov(ROW_DATA, ConvParameters.ROW_DATA.in(PARAMETERS));
    boolean masked = end.tail() && code.vectorBytes() < 64;
    try (var scratch = code.registers().borrow(1);
        var zero = code.registers().borrow(end.relu() ? 1 : 0);
        var largest = code.registers().borrow(end.maxima() ? 1 : 0);
        var lanes = code.registers().borrow(masked ? 1 : 0)) {
      Vec none = scratch.vec(0);
      var shared =
          new Shared(
              none,
              end.relu() ? zero.vec(0) : none,
              end.maxima() ? largest.vec(0) : none,
              masked ? lanes.vec(0) : none);
      if (end.relu()) {
        a.vpxor(shared.zero(), shared.zero(), shared.zero());
      }
      if (masked) {
        a.vmovups(shared.lanes(), Mem.at(PARAMETERS, ConvParameters.LANE_MASK));
      }
      if (end.maxima()) {
        loadMaxima(shared.largest());
      }
      for (Vec[] row : code.sums()) {
        storeToken(row, shared);
      }
      if (end.maxima()) {
        a.mov(FREE, ConvParameters.MAXIMA.in(PARAMETERS));
        a.vmovups(Mem.at(FREE), shared.largest());
      }
    }
  }

  private void loadMaxima(Vec largest) {
    a.mov(FREE, ConvParameters.MAXIMA.in(PARAMETERS));
    a.vmovups(largest, Mem.at(FREE));
  }

  private void storeToken(Vec[] row, Shared shared) {
    if (variant.kind().scaled()) {
      a.vbroadcastss(shared.scratch(), ConvParameters.IMAGE_SCALE.in(PARAMETERS));
      for (Vec result : row) {
        a.vmulps(result, result, shared.scratch());
      }
    }
    for (int v = 0; v < row.length; v++) {
      boolean tail = end.tail() && v == row.length - 1;
      Vec result = row[v];
      a.vaddps(result, result, bias(v));
      if (end.addend()) {
        Mem addend = Mem.at(OUT, ADDEND, v * code.vectorBytes());
        if (tail) {
          load(shared, addend);
          a.vaddps(result, result, shared.scratch());
        } else {
          a.vaddps(result, result, addend);
        }
      }
      if (end.relu()) {
        // The second operand wins if one is NaN; behind a bias it is never -0.
        a.vmaxps(result, shared.zero(), result);
      }
      if (end.maxima()) {
        a.vpand(shared.scratch(), result, Mem.at(PARAMETERS, ConvParameters.ABSOLUTE));
        a.vpmaxsd(shared.largest(), shared.largest(), shared.scratch());
      }
      store(result, Mem.at(OUT, v * code.vectorBytes()), shared, tail);
    }
    a.add(OUT, ConvParameters.OUT_STRIDE.in(PARAMETERS));
  }

  private Mem bias(int v) {
    return Mem.at(ROW_DATA, ConvRows.at(ConvRows.BIASES, code.vectorBytes(), v));
  }

  private void load(Shared shared, Mem from) {
    if (code.vectorBytes() == 64) {
      a.vmovups(shared.scratch(), LANES, from);
    } else {
      a.vmaskmovps(shared.scratch(), shared.lanes(), from);
    }
  }

  private void store(Vec result, Mem to, Shared shared, boolean tail) {
    if (!tail) {
      a.vmovups(to, result);
    } else if (code.vectorBytes() == 64) {
      a.vmovups(to, LANES, result);
    } else {
      a.vmaskmovps(to, shared.lanes(), result);
    }
  }
}
