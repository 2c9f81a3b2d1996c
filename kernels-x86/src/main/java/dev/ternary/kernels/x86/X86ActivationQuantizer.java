package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;
import static dev.ternary.foreign.asm.Vec.xmm;
import static dev.ternary.foreign.asm.Vec.ymm;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;
import dev.ternary.kernel.ActivationQuantizer;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.spi.ActivationRange;
import java.lang.foreign.MemorySegment;

/**
 * {@link ActivationQuantizer} in AVX2 code, for all but the last columns of a row. Same bits: the
 * same float32 operations, and {@code vcvtps2dq} rounds as {@code Math.rint}.
 *
 * <p>Functions: {@code (parameters, x, q, unused)}, with parameters of their own.
 */
final class X86ActivationQuantizer {

  /** Columns that the code takes at once. */
  private static final int STEP = 32;

  /** Columns in one call, so that the collector waits no longer than about a microsecond. */
  private static final int CALL_COLS = 8192;

  private static final int X_AT = 0;
  private static final int Q_AT = 1;
  private static final int COLS = 2;

  /** The bits of the largest absolute value so far, or of the factor. */
  private static final int FLOAT = 3;

  private static final int ABS_MASK = 4;

  /** Eight indices that put the 32-bit lanes right after packing. */
  private static final int ORDER = 5;

  private static final int LONGS = 9;

  private final GeneratedFunction absmax = GeneratedFunction.of(X86ActivationQuantizer::absmax);
  private final GeneratedFunction scale = GeneratedFunction.of(X86ActivationQuantizer::scale);

  /** Quantizes as {@link ActivationQuantizer#quantize} does. */
  void quantize(FloatMatrix x, Int8Matrix q) {
    ActivationRange.checkShapes(x, q);
    // A mapped file may have been cut, which only Java's own access survives.
    boolean plain = !x.values().isMapped() && !q.values().isMapped() && !q.values().isReadOnly();
    if (!plain || x.cols() < STEP) {
      ActivationQuantizer.quantize(x, q);
      return;
    }
    long[] parameters = new long[LONGS];
    parameters[ABS_MASK] = Integer.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      parameters[ORDER + i] = i | (4L + i) << 32;
    }
    MemorySegment memory = MemorySegment.ofArray(parameters);
    for (int row = 0; row < x.rows(); row++) {
      row(x, q, row, parameters, memory);
    }
  }

  private void row(FloatMatrix x, Int8Matrix q, int row, long[] parameters, MemorySegment memory) {
    long start = (long) row * x.cols();
    parameters[FLOAT] = 0;
    int from = call(absmax, x, q, start, parameters, memory);
    float largest = Float.intBitsToFloat((int) parameters[FLOAT]);
    for (int col = from; col < x.cols(); col++) {
      largest =
          Math.max(largest, Math.abs(x.values().getAtIndex(JAVA_FLOAT_UNALIGNED, start + col)));
    }
    float range = ActivationRange.of(x, row, largest);
    float inverse = 127 / range;
    q.scales().setAtIndex(JAVA_FLOAT_UNALIGNED, row, range / 127);
    parameters[FLOAT] = Float.floatToRawIntBits(inverse);
    from = call(scale, x, q, start, parameters, memory);
    for (int col = from; col < x.cols(); col++) {
      float scaled = x.values().getAtIndex(JAVA_FLOAT_UNALIGNED, start + col) * inverse;
      q.values().set(JAVA_BYTE, start + col, (byte) Math.rint(scaled));
    }
  }

  /** Runs a function over the columns of one row; the first column that it left out. */
  private static int call(
      GeneratedFunction function,
      FloatMatrix x,
      Int8Matrix q,
      long start,
      long[] parameters,
      MemorySegment memory) {
    int end = x.cols() / STEP * STEP;
    for (int col = 0; col < end; col += CALL_COLS) {
      parameters[X_AT] = Float.BYTES * (start + col);
      parameters[Q_AT] = start + col;
      parameters[COLS] = Math.min(CALL_COLS, end - col);
      function.callBriefly(memory, x.values(), q.values(), MemorySegment.NULL);
    }
    return end;
  }

  private static Mem parameter(int index) {
    return Mem.at(RDI, Long.BYTES * index);
  }

  /** The bits of absolute values compare as the values do, with infinity and NaN on top. */
  private static void absmax(Assembler a) {
    Vec mask = ymm(0);
    a.add(RSI, parameter(X_AT));
    a.mov(RAX, parameter(COLS));
    a.vpbroadcastd(mask, parameter(ABS_MASK));
    for (int i = 1; i <= 4; i++) {
      a.vpbroadcastd(ymm(i), parameter(FLOAT));
    }
    loop(
        a,
        () -> {
          for (int i = 0; i < 4; i++) {
            a.vpand(ymm(5 + i), mask, Mem.at(RSI, 32 * i));
            a.vpmaxsd(ymm(1 + i), ymm(1 + i), ymm(5 + i));
          }
        });
    a.vpmaxsd(ymm(1), ymm(1), ymm(2));
    a.vpmaxsd(ymm(3), ymm(3), ymm(4));
    a.vpmaxsd(ymm(1), ymm(1), ymm(3));
    a.vextracti128(xmm(2), ymm(1));
    a.vpmaxsd(xmm(1), xmm(1), xmm(2));
    a.vpshufd(xmm(2), xmm(1), 0b01_00_11_10);
    a.vpmaxsd(xmm(1), xmm(1), xmm(2));
    a.vpshufd(xmm(2), xmm(1), 0b10_11_00_01);
    a.vpmaxsd(xmm(1), xmm(1), xmm(2));
    a.vmovd(parameter(FLOAT), xmm(1));
  }

  private static void scale(Assembler a) {
    Vec factor = ymm(0);
    Vec order = ymm(1);
    a.add(RSI, parameter(X_AT));
    a.add(RDX, parameter(Q_AT));
    a.mov(RAX, parameter(COLS));
    a.vpbroadcastd(factor, parameter(FLOAT));
    a.vmovups(order, parameter(ORDER));
    loop(
        a,
        () -> {
          for (int i = 0; i < 4; i++) {
            a.vmulps(ymm(2 + i), factor, Mem.at(RSI, 32 * i));
            a.vcvtps2dq(ymm(2 + i), ymm(2 + i));
          }
          a.vpackssdw(ymm(2), ymm(2), ymm(3));
          a.vpackssdw(ymm(4), ymm(4), ymm(5));
          a.vpacksswb(ymm(2), ymm(2), ymm(4));
          a.vpermd(ymm(2), order, ymm(2));
          a.vmovups(Mem.at(RDX), ymm(2));
          a.add(RDX, STEP);
        });
  }

  private static void loop(Assembler a, Runnable body) {
    var step = new Label();
    a.bind(step);
    body.run();
    a.add(Gpr.RSI, Float.BYTES * STEP);
    a.sub(RAX, STEP);
    a.jump(Condition.NOT_EQUAL, step);
  }
}
