package dev.ternary.foreign.asm;

/** What a conditional branch asks about the last comparison. */
public enum Condition {
  /** Unsigned below. */
  BELOW(0x2),
  /** Unsigned above or equal. */
  ABOVE_OR_EQUAL(0x3),
  /** Equal, or the last result was zero. */
  EQUAL(0x4),
  /** Not equal, or the last result was not zero. */
  NOT_EQUAL(0x5),
  /** Signed less. */
  LESS(0xc),
  /** Signed greater. */
  GREATER(0xf);

  final int code;

  Condition(int code) {
    this.code = code;
  }
}
