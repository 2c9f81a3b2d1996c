package dev.ternary.trit;

import dev.ternary.tensor.Shape;

/**
 * An array seen as {@code [outer, length, inner]}: the middle is what is reduced, joined or sorted.
 *
 * @param outer product of the dimensions before
 * @param length product of the dimensions in the middle
 * @param inner product of the dimensions after
 */
record Lanes(long outer, long length, long inner) {

  /** Axes {@code [from, to)} in the middle. */
  static Lanes of(Shape shape, int from, int to) {
    return new Lanes(
        product(shape, 0, from), product(shape, from, to), product(shape, to, shape.rank()));
  }

  private static long product(Shape shape, int from, int to) {
    long product = 1;
    for (int axis = from; axis < to; axis++) {
      product = Math.multiplyExact(product, shape.dim(axis));
    }
    return product;
  }

  /** Number of lanes. */
  long count() {
    return Math.multiplyExact(outer, inner);
  }
}
