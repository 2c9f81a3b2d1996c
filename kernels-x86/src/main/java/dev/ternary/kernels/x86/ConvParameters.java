package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Mem;
import java.lang.foreign.MemorySegment;

/**
 * What a generated convolution is told: a block of longs that its first argument points to. The
 * code may change it while it runs.
 */
enum ConvParameters {
  /** Rows of the output. */
  ROWS(0),
  /** Blocks of positions in a row. */
  BLOCKS(8),
  /** Offset of the first window from the second argument. */
  X(16),
  /** Bytes from the windows of one row to those of the next. */
  X_ROW(24),
  /** Bytes from one window to the next. */
  X_STRIDE(32),
  /** Bytes from one block of windows to the next. */
  X_BLOCK(40),
  /** Offset of the first result from the third argument. */
  OUT(48),
  /** Bytes from the end of the results of a row's blocks to the next row. */
  OUT_ROW(56),
  /** Bytes from the results of one position to those of the next. */
  OUT_STRIDE(64),
  /** Offset from the fourth argument of what is added to the first result. */
  ADDEND(72),
  /** Address of the weights of the panel. */
  WEIGHTS(80),
  /** Address of the {@link ConvRows} of the panel. */
  ROW_DATA(88),
  /** Address of the {@link ConvRuns}. */
  RUNS(96),
  /** How many those are. */
  RUN_COUNT(104),
  /** Address of a vector with the bits of the largest absolute values so far. */
  MAXIMA(112),
  /** The scale of the image, a float. */
  IMAGE_SCALE(120),
  /** The output channels that the last vector of the panel has, a bit each. */
  LANES(128),
  /** Blocks of a row that are left; for the code alone. */
  BLOCKS_LEFT(136),
  /** Steps of one run, for the code that unpacks weights. */
  COUNT(144);

  /** Offset of the constant 0x7fffffff for every lane of a vector. */
  static final int ABSOLUTE = 192;

  /** Offset of a mask of 16 lanes of 32 bits, those of {@link #LANES}. */
  static final int LANE_MASK = 256;

  /** Offset of the 32-bit sums of a block, where words are added up first. */
  static final int SUMS = 320;

  /** Bytes of all. */
  static final long BYTES = 1024;

  private final int offset;

  ConvParameters(int offset) {
    this.offset = offset;
  }

  /** Where generated code finds it, given the register that points to the block. */
  Mem in(Gpr block) {
    return Mem.at(block, offset);
  }

  void set(MemorySegment block, long value) {
    block.set(JAVA_LONG, offset, value);
  }

  void set(MemorySegment block, float value) {
    block.set(JAVA_FLOAT, offset, value);
  }
}
