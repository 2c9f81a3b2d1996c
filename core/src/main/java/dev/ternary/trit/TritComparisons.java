package dev.ternary.trit;

/** Element-wise comparisons of {@link TernaryArray}. Operands of different shape broadcast. */
public sealed interface TritComparisons permits TernaryArray {

  /** Where the trits are equal. */
  default TritMask equal(TernaryArray other) {
    return Logic.equal((TernaryArray) this, other);
  }

  /** Where the trits differ. */
  default TritMask notEqual(TernaryArray other) {
    return equal(other).not();
  }

  /** Where this trit is less. */
  default TritMask less(TernaryArray other) {
    return Logic.less((TernaryArray) this, other);
  }

  /** Where this trit is less or equal. */
  default TritMask lessEqual(TernaryArray other) {
    return greater(other).not();
  }

  /** Where this trit is greater. */
  default TritMask greater(TernaryArray other) {
    return Logic.less(other, (TernaryArray) this);
  }

  /** Where this trit is greater or equal. */
  default TritMask greaterEqual(TernaryArray other) {
    return less(other).not();
  }

  /** Where the trit has the given value. */
  default TritMask equal(int trit) {
    return equal(TernaryArray.full(Trit.check(trit)));
  }

  /** Three-way order: -1 where this trit is less, 0 where equal, +1 where greater. */
  default TernaryArray compare(TernaryArray other) {
    return ((TernaryArray) this).subtract(other);
  }

  /**
   * Three-way equality, Kleene's "if and only if": 0 where one of the two is 0, which is unknown;
   * else +1 where they are equal and -1 where they differ.
   */
  default TernaryArray equivalence(TernaryArray other) {
    return ((TernaryArray) this).multiply(other);
  }

  /** Where the trit is not 0. */
  default TritMask nonZero() {
    TernaryArray array = (TernaryArray) this;
    return new TritMask(array.shape(), Logic.or(array.positive(), array.negative()));
  }
}
