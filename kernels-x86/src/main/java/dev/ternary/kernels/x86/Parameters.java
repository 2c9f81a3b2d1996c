package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Mem;
import java.lang.foreign.MemorySegment;

/**
 * What a generated kernel is told, apart from its four addresses: a block of longs that its first
 * argument points to. The code may change it while it runs. Offsets are in bytes.
 */
enum Parameters {
  /** Panels to go through. */
  PANELS(0),
  /** Groups of columns. */
  GROUPS(8),
  /** Blocks of columns in a group. */
  BLOCKS(16),
  /** Tokens, where the code goes through them itself. */
  TOKENS(24),
  /** Offset of the first panel in the matrix. */
  WEIGHTS(32),
  /** Offset of its scales in the matrix. */
  SCALES(40),
  /** Offset of the first token in the work memory. */
  X(48),
  /** From one token to the next. */
  X_STRIDE(56),
  /** Offset of the first token's negated sums in the work memory. */
  SUMS(64),
  /** From one group's sums to the next. */
  SUMS_STRIDE(72),
  /** Offset of the first token's scale in the work memory. */
  TOKEN_SCALES(80),
  /** Offset of the first result in the output. */
  OUT(88),
  /** From one token's results to the next. */
  OUT_STRIDE(96),
  /** Offset of the first panel's biases in the matrix. */
  BIAS(104),
  /** Address, not offset, of the tables that decode weights. */
  TABLES(112);

  /** Bytes of all, a multiple of a cache line. */
  static final long BYTES = 128;

  /** Bytes behind them that a function may use for constants. */
  static final long CONSTANT_BYTES = 128;

  private final int offset;

  Parameters(int offset) {
    this.offset = offset;
  }

  /** Where generated code finds it, given the register that points to the block. */
  Mem in(Gpr block) {
    return Mem.at(block, offset);
  }

  void set(MemorySegment block, long value) {
    block.set(JAVA_LONG, offset, value);
  }
}
