package dev.ternary.trit;

import dev.ternary.tensor.Shape;

/** NumPy's rule for operands of different shape. */
final class Broadcasting {

  private Broadcasting() {}

  /** The shape of a result: dimensions are matched from the last, and a 1 fits any other. */
  static Shape shape(Shape a, Shape b) {
    if (a.equals(b)) {
      return a;
    }
    long[] dims = new long[Math.max(a.rank(), b.rank())];
    for (int i = 1; i <= dims.length; i++) {
      long da = i <= a.rank() ? a.dim(a.rank() - i) : 1;
      long db = i <= b.rank() ? b.dim(b.rank() - i) : 1;
      if (da != db && da != 1 && db != 1) {
        throw new IllegalArgumentException(
            "shapes " + a + " and " + b + " do not broadcast: " + da + " against " + db);
      }
      dims[dims.length - i] = da == 1 ? db : da;
    }
    return Shape.of(dims);
  }

  /** Checks that {@code from} can be repeated to {@code to}. */
  static void check(Shape from, Shape to) {
    boolean fits = from.rank() <= to.rank();
    for (int i = 1; fits && i <= from.rank(); i++) {
      long dim = from.dim(from.rank() - i);
      fits = dim == 1 || dim == to.dim(to.rank() - i);
    }
    if (!fits) {
      throw new IllegalArgumentException("shape " + from + " does not broadcast to " + to);
    }
  }

  /** The bits of a plane of shape {@code from}, repeated to {@code to}. */
  static BitPlane expand(BitPlane plane, Shape from, Shape to) {
    if (from.elements() == 1 && to.elements() > 1) {
      return HeapPlane.constant(to.elements(), plane.get(0));
    }
    return Layout.of(from).broadcast(to).gather(plane);
  }
}
