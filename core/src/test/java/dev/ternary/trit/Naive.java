package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import java.util.SplittableRandom;
import java.util.function.IntBinaryOperator;
import java.util.function.UnaryOperator;

/** A plain model of an n-dimensional array, one int an element, every element by its index. */
@SuppressWarnings("ArrayRecordComponent") // a test model that nobody compares
record Naive(Shape shape, int[] values) {

  static Naive random(SplittableRandom random, Shape shape) {
    int[] values = random.ints(shape.elements(), -1, 2).toArray();
    return new Naive(shape, values);
  }

  /** A shape of rank 0 to 4 with about {@code size} elements, sometimes empty. */
  static Shape shape(SplittableRandom random, int size) {
    int rank = random.nextInt(5);
    long[] dims = new long[rank];
    long left = size;
    for (int i = 0; i < rank; i++) {
      dims[i] = random.nextInt(40) == 0 ? 0 : 1 + random.nextLong(Math.max(1, left));
      left /= Math.max(1, dims[i]);
    }
    return Shape.of(dims);
  }

  TernaryArray array() {
    return TernaryArray.of(shape, values);
  }

  static Naive of(TernaryArray array) {
    return new Naive(array.shape(), array.toIntArray());
  }

  int get(long... index) {
    long flat = 0;
    for (int axis = 0; axis < index.length; axis++) {
      flat = flat * shape.dim(axis) + index[axis];
    }
    return values[(int) flat];
  }

  /** An array of this shape whose elements are those of this at a mapped index. */
  Naive map(Shape to, UnaryOperator<long[]> index) {
    int[] result = new int[(int) to.elements()];
    for (int i = 0; i < result.length; i++) {
      result[i] = get(index.apply(to.indexOf(i)));
    }
    return new Naive(to, result);
  }

  Naive broadcast(Shape to) {
    return map(
        to,
        index -> {
          long[] own = new long[shape.rank()];
          for (int axis = 0; axis < own.length; axis++) {
            own[axis] = shape.dim(axis) == 1 ? 0 : index[to.rank() - own.length + axis];
          }
          return own;
        });
  }

  Naive zip(Naive other, Shape to, IntBinaryOperator op) {
    Naive a = broadcast(to);
    Naive b = other.broadcast(to);
    int[] result = new int[a.values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = op.applyAsInt(a.values[i], b.values[i]);
    }
    return new Naive(to, result);
  }
}
