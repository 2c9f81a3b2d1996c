package dev.ternary.trit;

import dev.ternary.packed.TritCounts;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;

/**
 * Reductions of {@link TernaryArray}, of all elements or along axes. Sums and counts are exact
 * {@code long}s, and so are the I64 tensors of those along axes; no trits are added, since the
 * saturating sum depends on the order.
 */
public sealed interface TritReductions permits TernaryArray {

  /** Sum of all. */
  default long sum() {
    TritCounts counts = ((TernaryArray) this).counts();
    return counts.positives() - counts.negatives();
  }

  /** Sums along an axis, I64. */
  default Tensor sum(int axis) {
    return sum(Axes.of(axis));
  }

  /** Sums along axes, I64. */
  default Tensor sum(Axes axes) {
    return Reductions.of((TernaryArray) this, axes).sum();
  }

  /** Mean of all; NaN where there is none. */
  default double mean() {
    return (double) sum() / ((TernaryArray) this).size();
  }

  /** Means along an axis, F64. */
  default Tensor mean(int axis) {
    return mean(Axes.of(axis));
  }

  /** Means along axes, F64. */
  default Tensor mean(Axes axes) {
    return Reductions.of((TernaryArray) this, axes).mean();
  }

  /** Product of all; 1 where there is none. */
  default int prod() {
    TritCounts counts = ((TernaryArray) this).counts();
    if (counts.zeros() > 0) {
      return 0;
    }
    return (counts.negatives() & 1) == 0 ? 1 : -1;
  }

  /** Products along an axis. */
  default TernaryArray prod(int axis) {
    return prod(Axes.of(axis));
  }

  /** Products along axes. */
  default TernaryArray prod(Axes axes) {
    return Reductions.of((TernaryArray) this, axes).product();
  }

  /** The least of all; an empty array has none. */
  default int min() {
    TernaryArray array = (TernaryArray) this;
    return -array.not().max();
  }

  /** The least along an axis. */
  default TernaryArray min(int axis) {
    return min(Axes.of(axis));
  }

  /** The least along axes. */
  default TernaryArray min(Axes axes) {
    return Reductions.of((TernaryArray) this, axes).min();
  }

  /** The greatest of all; an empty array has none. */
  default int max() {
    TernaryArray array = (TernaryArray) this;
    return array.trit(argMax());
  }

  /** The greatest along an axis. */
  default TernaryArray max(int axis) {
    return max(Axes.of(axis));
  }

  /** The greatest along axes. */
  default TernaryArray max(Axes axes) {
    return Reductions.of((TernaryArray) this, axes).max();
  }

  /** Whether an element is not 0. */
  default boolean any() {
    TernaryArray array = (TernaryArray) this;
    return array.positive().count() + array.negative().count() > 0;
  }

  /** Whether an element is not 0, along an axis. */
  default TritMask any(int axis) {
    return any(Axes.of(axis));
  }

  /** Whether an element is not 0, along axes. */
  default TritMask any(Axes axes) {
    return Reductions.of((TernaryArray) this, axes).any();
  }

  /** Whether no element is 0. */
  default boolean all() {
    return ((TernaryArray) this).counts().zeros() == 0;
  }

  /** Whether no element is 0, along an axis. */
  default TritMask all(int axis) {
    return all(Axes.of(axis));
  }

  /** Whether no element is 0, along axes. */
  default TritMask all(Axes axes) {
    return Reductions.of((TernaryArray) this, axes).all();
  }

  /** How often a value occurs along axes, I64. */
  default Tensor count(int trit, Axes axes) {
    return Reductions.of((TernaryArray) this, axes).count(trit);
  }

  /** Row-major position of the first greatest element. */
  default long argMax() {
    TernaryArray array = (TernaryArray) this;
    if (array.size() == 0) {
      throw new IllegalArgumentException(
          "an array of shape " + array.shape() + " is empty: nothing is greatest or least");
    }
    return Searching.argMax(array, 0, array.size());
  }

  /** Positions of the first greatest elements along an axis, I64. */
  default Tensor argMax(int axis) {
    return argMax(Axes.of(axis));
  }

  /** Positions of the first greatest elements along one axis, I64. */
  default Tensor argMax(Axes axis) {
    return Searching.argMax((TernaryArray) this, axis);
  }

  /** Row-major position of the first least element. */
  default long argMin() {
    return ((TernaryArray) this).not().argMax();
  }

  /** Positions of the first least elements along an axis, I64. */
  default Tensor argMin(int axis) {
    return argMin(Axes.of(axis));
  }

  /** Positions of the first least elements along one axis, I64. */
  default Tensor argMin(Axes axis) {
    return ((TernaryArray) this).not().argMax(axis);
  }

  /** How many trits of each value there are, along no axis: {@link TernaryArray#counts}. */
  default Unique unique() {
    return Unique.of(((TernaryArray) this).counts());
  }

  /**
   * The distinct trits and how often each occurs.
   *
   * @param values distinct trits in order
   * @param counts occurrences of each, I64
   */
  record Unique(TernaryArray values, Tensor counts) {
    static Unique of(TritCounts counts) {
      long[] all = {counts.negatives(), counts.zeros(), counts.positives()};
      int[] values = java.util.stream.IntStream.range(0, 3).filter(i -> all[i] > 0).toArray();
      long[] occurrences = java.util.Arrays.stream(values).mapToLong(i -> all[i]).toArray();
      return new Unique(
          TernaryArray.ofCodes(values), Tensor.of(Shape.of(values.length), occurrences));
    }
  }
}
