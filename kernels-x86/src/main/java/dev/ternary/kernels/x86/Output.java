package dev.ternary.kernels.x86;

/** What a kernel stores. */
enum Output {
  /** The exact int32 sums. */
  SUMS(0),
  /** {@code (sum * weightScale) * tokenScale}: one scale a row. */
  SCALED(1),
  /** The float32 sum of {@code groupSum * groupScale}, times the token's scale. */
  GROUPED(2);

  /** Distinguishes the functions made for them. */
  final int kind;

  Output(int kind) {
    this.kind = kind;
  }
}
