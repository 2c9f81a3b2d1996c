package dev.ternary.trit;

import dev.ternary.tensor.Tensor;

/** Order along an axis of {@link TernaryArray}. */
public sealed interface TritSorting permits TernaryArray {

  /** Each lane along the axis in ascending order. */
  default TernaryArray sort(int axis) {
    return Sorting.sort((TernaryArray) this, axis);
  }

  /**
   * The positions along the axis in ascending order of their trits, I64; equal trits keep their
   * order, as {@code numpy.argsort(kind='stable')}.
   */
  default Tensor argSort(int axis) {
    return Sorting.argSort((TernaryArray) this, axis);
  }
}
