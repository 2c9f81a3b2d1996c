package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R10;
import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.R9;
import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;
import static dev.ternary.foreign.asm.Vec.xmm;
import static dev.ternary.foreign.asm.Vec.ymm;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Rounds images as {@link dev.ternary.kernel.TernaryKernel#quantize} does, to bytes that are 128
 * too large, or to floats, in AVX2 code. Rows of fewer elements than a step are done in Java.
 *
 * <p>Functions: {@code (parameters, x, q, constants)}.
 */
final class ConvQuantizer {

  /** Bytes of the parameters. */
  static final long PARAMETER_BYTES = 64;

  /** Elements at a time. */
  private static final int STEP = 32;

  private static final int ROWS = 0;
  private static final int X_AT = 8;
  private static final int X_ROW = 16;
  private static final int Q_AT = 24;
  private static final int Q_ROW = 32;
  private static final int COLS = 40;

  /** The factor, or the bits of the largest absolute value. */
  private static final int FLOAT = 48;

  private static final int MASK_AT = 0;
  private static final int LIMIT_AT = 32;
  private static final int ORDER_AT = 64;
  private static final int SIGNS_AT = 96;
  private static final int LEAST_AT = 128;
  private static final int CONSTANT_BYTES = 160;

  private final MemorySegment constants = constants();
  private final GeneratedFunction absmax = GeneratedFunction.of(ConvQuantizer::absmax);
  private final GeneratedFunction toBytes = GeneratedFunction.of(a -> rows(a, true));
  private final GeneratedFunction toFloats = GeneratedFunction.of(a -> rows(a, false));

  @SuppressWarnings("MustBeClosedChecker") // constants live as long as the code
  private static MemorySegment constants() {
    // Global: used by code that is never freed.
    MemorySegment constants = Arena.global().allocate(CONSTANT_BYTES, 64);
    for (int i = 0; i < 8; i++) {
      constants.setAtIndex(JAVA_INT, i, Integer.MAX_VALUE);
      constants.set(JAVA_FLOAT_UNALIGNED, LIMIT_AT + 4L * i, 127);
      constants.set(JAVA_FLOAT_UNALIGNED, LEAST_AT + 4L * i, -128);
      int order = i / 2 + i % 2 * 4;
      constants.set(JAVA_INT, ORDER_AT + 4L * i, order);
    }
    constants.asSlice(SIGNS_AT, 32).fill((byte) 0x80);
    return constants;
  }

  /**
   * Rows of floats, and where their bytes go.
   *
   * @param x plain native memory
   * @param xAt byte that the first row starts at
   * @param q plain native memory
   * @param qAt byte that the first row goes to
   * @param qRow bytes from one row to the next
   * @param count rows
   * @param cols elements of a row, which follow one another in {@code x}
   * @param bytes whether results are bytes that are 128 too large; else floats
   */
  record Rows(
      MemorySegment x,
      long xAt,
      MemorySegment q,
      long qAt,
      long qRow,
      int count,
      int cols,
      boolean bytes) {}

  /** The largest absolute value of the floats at a byte of {@code x}; NaN if there is one. */
  float absmax(MemorySegment x, long at, int count, MemorySegment parameters) {
    if (count < STEP) {
      int largest = 0;
      for (int i = 0; i < count; i++) {
        float value = x.get(JAVA_FLOAT_UNALIGNED, at + (long) Float.BYTES * i);
        largest = Math.max(largest, Float.floatToRawIntBits(value) & Integer.MAX_VALUE);
      }
      return Float.intBitsToFloat(largest);
    }
    parameters.set(JAVA_LONG, X_AT, at);
    parameters.set(JAVA_LONG, COLS, count);
    absmax.call(parameters, x, parameters, constants);
    return parameters.get(JAVA_FLOAT_UNALIGNED, FLOAT);
  }

  /** Rounds {@code x * factor}; values beyond 127 become 127, values below -128 become -128. */
  void quantize(Rows r, float factor, MemorySegment parameters) {
    if (r.count() == 0) {
      return;
    }
    if (r.cols() < STEP) {
      plain(r, factor);
      return;
    }
    parameters.set(JAVA_LONG, ROWS, r.count());
    parameters.set(JAVA_LONG, X_AT, r.xAt());
    parameters.set(JAVA_LONG, X_ROW, (long) Float.BYTES * r.cols());
    parameters.set(JAVA_LONG, Q_AT, r.qAt());
    parameters.set(JAVA_LONG, Q_ROW, r.qRow());
    parameters.set(JAVA_LONG, COLS, r.cols());
    parameters.set(JAVA_FLOAT_UNALIGNED, FLOAT, factor);
    (r.bytes() ? toBytes : toFloats).call(parameters, r.x(), r.q(), constants);
  }

  private static void plain(Rows r, float factor) {
    long from = r.xAt();
    for (int row = 0; row < r.count(); row++) {
      for (int col = 0; col < r.cols(); col++, from += Float.BYTES) {
        float value = r.x().get(JAVA_FLOAT_UNALIGNED, from) * factor;
        float cut = Math.clamp(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
        float rounded = (float) Math.rint(cut);
        long to = r.qAt() + row * r.qRow();
        if (r.bytes()) {
          r.q().set(JAVA_BYTE, to + col, (byte) ((int) rounded + 128));
        } else {
          r.q().set(JAVA_FLOAT_UNALIGNED, to + (long) Float.BYTES * col, rounded);
        }
      }
    }
  }

  /**
   * The bits of absolute values compare as the values do, with infinity and NaN on top. The last
   * step repeats elements of the one before where there is less left.
   */
  private static void absmax(Assembler a) {
    a.add(RSI, Mem.at(RDI, X_AT));
    a.mov(RAX, Mem.at(RDI, COLS));
    a.vmovups(ymm(0), Mem.at(RCX, MASK_AT));
    for (int i = 1; i <= 4; i++) {
      a.vpxor(ymm(i), ymm(i), ymm(i));
    }
    steps(
        a,
        0,
        () -> {
          for (int i = 0; i < 4; i++) {
            a.vpand(ymm(5 + i), ymm(0), Mem.at(R8, 32 * i));
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
    a.vmovd(Mem.at(RDI, FLOAT), xmm(1));
  }

  private static void rows(Assembler a, boolean bytes) {
    a.add(RSI, Mem.at(RDI, X_AT));
    a.add(RDX, Mem.at(RDI, Q_AT));
    a.vbroadcastss(ymm(0), Mem.at(RDI, FLOAT));
    a.vmovups(ymm(1), Mem.at(RCX, LIMIT_AT));
    a.vmovups(ymm(2), Mem.at(RCX, bytes ? ORDER_AT : LEAST_AT));
    a.vmovups(ymm(3), Mem.at(RCX, SIGNS_AT));
    a.mov(R10, Mem.at(RDI, ROWS));
    var row = new Label();
    a.bind(row);
    a.mov(RAX, Mem.at(RDI, COLS));
    a.mov(R9, RDX);
    steps(a, bytes ? STEP : Float.BYTES * STEP, () -> step(a, bytes));
    a.add(RSI, Mem.at(RDI, X_ROW));
    a.add(RDX, Mem.at(RDI, Q_ROW));
    a.sub(R10, 1);
    a.jump(Condition.NOT_EQUAL, row);
  }

  private static void step(Assembler a, boolean bytes) {
    for (int i = 0; i < 4; i++) {
      a.vmulps(ymm(4 + i), ymm(0), Mem.at(R8, 32 * i));
    }
    for (int i = 0; i < 4; i++) {
      // Below int the conversion gives the smallest one, above it would too.
      a.vminps(ymm(4 + i), ymm(4 + i), ymm(1));
      if (!bytes) {
        a.vmaxps(ymm(4 + i), ymm(4 + i), ymm(2));
      }
      a.vcvtps2dq(ymm(4 + i), ymm(4 + i));
    }
    if (!bytes) {
      for (int i = 0; i < 4; i++) {
        a.vcvtdq2ps(ymm(4 + i), ymm(4 + i));
        a.vmovups(Mem.at(R9, 32 * i), ymm(4 + i));
      }
      return;
    }
    a.vpackssdw(ymm(4), ymm(4), ymm(5));
    a.vpackssdw(ymm(6), ymm(6), ymm(7));
    a.vpacksswb(ymm(4), ymm(4), ymm(6));
    a.vpermd(ymm(4), ymm(2), ymm(4));
    a.vpxor(ymm(4), ymm(4), ymm(3));
    a.vmovups(Mem.at(R9), ymm(4));
  }

  /**
   * Goes through {@code rax} floats at {@code rsi}, a step at {@code r8}, its bytes at {@code r9}.
   */
  private static void steps(Assembler a, int stepBytes, Runnable body) {
    var step = new Label();
    var last = new Label();
    var done = new Label();
    a.mov(R8, RSI);
    a.bind(step);
    body.run();
    a.sub(RAX, STEP);
    a.cmp(RAX, STEP);
    a.jump(Condition.BELOW, last);
    a.add(R8, Float.BYTES * STEP);
    a.add(R9, stepBytes);
    a.jmp(step);
    a.bind(last);
    a.test(RAX, RAX);
    a.jump(Condition.EQUAL, done);
    // So far back that the step ends with the row.
    if (stepBytes == STEP) {
      a.add(R9, RAX);
    }
    a.shl(RAX, 2);
    a.add(R8, RAX);
    if (stepBytes > STEP) {
      a.add(R9, RAX);
    }
    a.mov(RAX, STEP);
    a.jmp(step);
    a.bind(done);
  }
}
