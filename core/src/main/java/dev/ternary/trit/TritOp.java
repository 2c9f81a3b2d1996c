package dev.ternary.trit;

/**
 * Ternary logic of two operands. With two bits a trit, one for +1 and one for -1, negation swaps
 * them and costs nothing, so four kernels with swapped operands and results give all ten.
 */
public enum TritOp {
  /** Saturating sum: the sum clipped to [-1, 1]. */
  ADD(Kernel.ADD, false, false, false),
  /** Saturating difference: the sum of the first and the negated second. */
  SUBTRACT(Kernel.ADD, false, true, false),
  /** Product. */
  MULTIPLY(Kernel.MULTIPLY, false, false, false),
  /** The lesser: Kleene's "and". */
  MIN(Kernel.MIN, false, false, false),
  /** The greater: Kleene's "or". */
  MAX(Kernel.MIN, true, true, true),
  /** The value both have, 0 where they differ. */
  CONSENSUS(Kernel.CONSENSUS, false, false, false),
  /** Negated saturating sum. */
  NOT_ADD(Kernel.ADD, false, false, true),
  /** Negated product. */
  NOT_MULTIPLY(Kernel.MULTIPLY, false, false, true),
  /** Negated minimum. */
  NOT_MIN(Kernel.MIN, false, false, true),
  /** Negated maximum. */
  NOT_MAX(Kernel.MIN, true, true, false);

  private enum Kernel {
    ADD,
    MULTIPLY,
    MIN,
    CONSENSUS
  }

  private final Kernel kernel;
  private final boolean negateFirst;
  private final boolean negateSecond;
  private final boolean negateResult;

  TritOp(Kernel kernel, boolean negateFirst, boolean negateSecond, boolean negateResult) {
    this.kernel = kernel;
    this.negateFirst = negateFirst;
    this.negateSecond = negateSecond;
    this.negateResult = negateResult;
  }

  /**
   * The result for two trits.
   *
   * @throws IllegalArgumentException if a value is not -1, 0 or +1
   */
  public int apply(int a, int b) {
    int x = negateFirst ? -Trit.check(a) : Trit.check(a);
    int y = negateSecond ? -Trit.check(b) : Trit.check(b);
    int result =
        switch (kernel) {
          case ADD -> Math.clamp(x + y, -1, 1);
          case MULTIPLY -> x * y;
          case MIN -> Math.min(x, y);
          case CONSENSUS -> x == y ? x : 0;
        };
    return negateResult ? -result : result;
  }

  /** Applies this to chunk {@code c} of four planes, into {@code p} and {@code n}. */
  void apply(TernaryArray a, TernaryArray b, int c, long[] p, long[] n) {
    long[] ap = (negateFirst ? a.negative() : a.positive()).chunk(c);
    long[] an = (negateFirst ? a.positive() : a.negative()).chunk(c);
    long[] bp = (negateSecond ? b.negative() : b.positive()).chunk(c);
    long[] bn = (negateSecond ? b.positive() : b.negative()).chunk(c);
    long[] rp = negateResult ? n : p;
    long[] rn = negateResult ? p : n;
    switch (kernel) {
      case ADD -> BitKernels.add(ap, an, bp, bn, rp, rn);
      case MULTIPLY -> BitKernels.multiply(ap, an, bp, bn, rp, rn);
      case MIN -> BitKernels.min(ap, an, bp, bn, rp, rn);
      case CONSENSUS -> BitKernels.consensus(ap, an, bp, bn, rp, rn);
    }
  }
}
