package dev.ternary.nn.graph;

import dev.ternary.tensor.Shape;
import java.util.List;

/** Shapes of operations that move elements. */
public final class Moves {

  private Moves() {}

  /**
   * The dimension that {@code axis} means.
   *
   * @param axis from 0 on, or negative from the end
   * @throws IllegalArgumentException if there is none
   */
  public static int axis(int axis, Shape in) {
    int found = axis < 0 ? axis + in.rank() : axis;
    if (found < 0 || found >= in.rank()) {
      throw new IllegalArgumentException("expected a dimension " + axis + ", found shape " + in);
    }
    return found;
  }

  static Shape reduce(int reduced, boolean keep, Shape in) {
    int axis = axis(reduced, in);
    long[] dims = in.toArray();
    if (keep) {
      dims[axis] = 1;
      return Shape.of(dims);
    }
    long[] less = new long[dims.length - 1];
    System.arraycopy(dims, 0, less, 0, axis);
    System.arraycopy(dims, axis + 1, less, axis, less.length - axis);
    return Shape.of(less);
  }

  static Shape reshape(List<Integer> to, Shape in) {
    long[] dims = new long[to.size()];
    int open = to.indexOf(-1);
    for (int axis = 0; axis < dims.length; axis++) {
      int wanted = to.get(axis);
      dims[axis] = wanted != 0 ? Math.abs(wanted) : axis < in.rank() ? in.dim(axis) : 0;
    }
    long known = Shape.of(dims).elements();
    if (open >= 0 && known > 0) {
      dims[open] = in.elements() / known;
    }
    Shape shape = Shape.of(dims);
    if (shape.elements() != in.elements()) {
      throw new IllegalArgumentException(
          "expected a shape with as many elements as " + to + ", found " + in);
    }
    return shape;
  }

  static Shape transpose(List<Integer> order, Shape in) {
    if (order.size() != in.rank()) {
      throw new IllegalArgumentException(
          "expected " + order.size() + " dimensions for the order " + order + ", found " + in);
    }
    return Shape.of(order.stream().mapToLong(in::dim).toArray());
  }

  /** Where a slice of a dimension of {@code size} elements starts or ends that says {@code at}. */
  public static long place(int at, long size) {
    return Math.clamp(at < 0 ? at + size : at, 0L, size);
  }

  static Shape slice(int sliced, int from, int to, int step, Shape in) {
    int axis = axis(sliced, in);
    long size = in.dim(axis);
    long count = place(to, size) - place(from, size);
    if (count < 1) {
      throw new IllegalArgumentException(
          "nothing is left of " + in + " from " + from + " to " + to + " of dimension " + axis);
    }
    long[] dims = in.toArray();
    dims[axis] = Math.ceilDiv(count, (long) step);
    return Shape.of(dims);
  }

  static Shape concat(int wanted, List<Shape> in) {
    Shape first = in.getFirst();
    int axis = axis(wanted, first);
    long[] dims = first.toArray();
    for (Shape other : in.subList(1, in.size())) {
      boolean fits = other.rank() == first.rank();
      for (int i = 0; fits && i < dims.length; i++) {
        fits = i == axis || other.dim(i) == first.dim(i);
      }
      if (!fits) {
        throw new IllegalArgumentException(
            "all must be equal but for dimension " + axis + ", found " + in);
      }
      dims[axis] += other.dim(axis);
    }
    return Shape.of(dims);
  }
}
