package dev.ternary.trit;

/**
 * Element-wise ternary logic of {@link TernaryArray}. Operands of different shape broadcast by
 * NumPy's rule; shapes that do not are refused with both.
 */
public sealed interface TritLogic permits TernaryArray {

  /** The operation on each pair of trits. */
  default TernaryArray apply(TritOp op, TernaryArray other) {
    return Logic.apply(op, (TernaryArray) this, other);
  }

  /** Saturating sum: 1 + 1 is 1. */
  default TernaryArray add(TernaryArray other) {
    return apply(TritOp.ADD, other);
  }

  /** Saturating difference: the sum with the negated other. */
  default TernaryArray subtract(TernaryArray other) {
    return apply(TritOp.SUBTRACT, other);
  }

  /** Product. */
  default TernaryArray multiply(TernaryArray other) {
    return apply(TritOp.MULTIPLY, other);
  }

  /** The lesser of each pair. */
  default TernaryArray min(TernaryArray other) {
    return apply(TritOp.MIN, other);
  }

  /** The greater of each pair. */
  default TernaryArray max(TernaryArray other) {
    return apply(TritOp.MAX, other);
  }

  /** Kleene's "and": the same as {@link #min(TernaryArray)}. */
  default TernaryArray and(TernaryArray other) {
    return min(other);
  }

  /** Kleene's "or": the same as {@link #max(TernaryArray)}. */
  default TernaryArray or(TernaryArray other) {
    return max(other);
  }

  /** The value both have, 0 where they differ. */
  default TernaryArray consensus(TernaryArray other) {
    return apply(TritOp.CONSENSUS, other);
  }

  /** Negated saturating sum. */
  default TernaryArray notAdd(TernaryArray other) {
    return apply(TritOp.NOT_ADD, other);
  }

  /** Negated product. */
  default TernaryArray notMultiply(TernaryArray other) {
    return apply(TritOp.NOT_MULTIPLY, other);
  }

  /** Negated minimum. */
  default TernaryArray notMin(TernaryArray other) {
    return apply(TritOp.NOT_MIN, other);
  }

  /** Negated maximum. */
  default TernaryArray notMax(TernaryArray other) {
    return apply(TritOp.NOT_MAX, other);
  }

  /** Each trit negated; copies nothing. */
  default TernaryArray not() {
    TernaryArray array = (TernaryArray) this;
    return new TernaryArray(
        array.shape(), /* positive= */ array.negative(), /* negative= */ array.positive());
  }

  /** Each trit negated: the same as {@link #not}. */
  default TernaryArray negate() {
    return not();
  }

  /** +1 where the trit is not 0. */
  default TernaryArray abs() {
    TernaryArray array = (TernaryArray) this;
    return new TernaryArray(
        array.shape(),
        Logic.or(array.positive(), array.negative()),
        HeapPlane.constant(array.size(), false));
  }

  /** The sign of each trit, which is the trit. */
  default TernaryArray sign() {
    return (TernaryArray) this;
  }

  /**
   * Each trit moved into {@code [lowest, highest]}.
   *
   * @throws IllegalArgumentException if a bound is no trit or the lowest is above the highest
   */
  default TernaryArray clip(int lowest, int highest) {
    if (Trit.check(lowest) > Trit.check(highest)) {
      throw new IllegalArgumentException("cannot clip to [" + lowest + ", " + highest + "]");
    }
    return max(TernaryArray.full(lowest)).min(TernaryArray.full(highest));
  }

  /** The elements of {@code a} where the mask is true, else those of {@code b}; all broadcast. */
  static TernaryArray where(TritMask mask, TernaryArray a, TernaryArray b) {
    return Logic.where(mask, a, b);
  }
}
