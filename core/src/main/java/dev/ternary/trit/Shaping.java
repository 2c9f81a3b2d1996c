package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import java.util.Arrays;
import java.util.function.Function;

/** Shapes and joins behind {@link TritShaping}. */
final class Shaping {

  private Shaping() {}

  static TernaryArray view(TernaryArray array, Layout layout) {
    return new TernaryArray(
        layout.shape(), layout.gather(array.positive()), layout.gather(array.negative()));
  }

  static Shape reshape(Shape from, long[] dims) {
    long[] known = dims.clone();
    int open = -1;
    for (int axis = 0; axis < dims.length; axis++) {
      if (dims[axis] == -1) {
        if (open >= 0) {
          throw new IllegalArgumentException(
              "only one dimension can be -1, got " + Arrays.toString(dims));
        }
        open = axis;
        known[axis] = 1;
      }
    }
    long rest = Shape.of(known).elements();
    if (open >= 0 && rest > 0) {
      known[open] = from.elements() / rest;
    }
    Shape to = Shape.of(known);
    if (to.elements() != from.elements() || (open >= 0 && rest == 0)) {
      throw new IllegalArgumentException(
          "shape " + from + " cannot become " + Arrays.toString(dims));
    }
    return to;
  }

  static int[] order(Shape shape, int[] axes) {
    if (axes.length != shape.rank()) {
      throw new IllegalArgumentException(
          "axes " + Arrays.toString(axes) + " do not name the " + shape.rank() + " of " + shape);
    }
    Axes.of(axes).marks(shape);
    return Arrays.stream(axes).map(axis -> Axes.normal(axis, shape)).toArray();
  }

  static int[] moved(Shape shape, int from, int to) {
    int source = Axes.normal(from, shape);
    int target = Axes.normal(to, shape);
    int[] order = new int[shape.rank()];
    int next = 0;
    for (int i = 0; i < order.length; i++) {
      if (next == source) {
        next++;
      }
      order[i] = i == target ? source : next++;
    }
    return order;
  }

  static long[] expanded(Shape shape, int axis) {
    int rank = shape.rank() + 1;
    int place = axis < 0 ? axis + rank : axis;
    if (place < 0 || place >= rank) {
      throw new IllegalArgumentException(
          "axis " + axis + " is out of bounds for a new axis of shape " + shape);
    }
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = i == place ? 1 : shape.dim(i < place ? i : i - 1);
    }
    return dims;
  }

  static TernaryArray roll(TernaryArray array, long shift, int axis) {
    Shape shape = array.shape();
    int normal = Axes.normal(axis, shape);
    long dim = shape.dim(normal);
    if (dim == 0) {
      return array;
    }
    long first = Math.floorMod(-(shift % dim), dim);
    Layout all = Layout.of(shape);
    return concatenate(
        normal,
        view(array, all.range(normal, first, 1, dim - first)),
        view(array, all.range(normal, 0, 1, first)));
  }

  static TernaryArray tile(TernaryArray array, long[] repeats) {
    for (long repeat : repeats) {
      if (repeat < 0) {
        throw new IllegalArgumentException(
            "cannot repeat " + array.shape() + " " + Arrays.toString(repeats) + " times");
      }
    }
    int rank = Math.max(repeats.length, array.rank());
    long[] single = new long[2 * rank];
    long[] repeated = new long[2 * rank];
    long[] result = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long dim = i <= array.rank() ? array.shape().dim(array.rank() - i) : 1;
      long repeat = i <= repeats.length ? repeats[repeats.length - i] : 1;
      int at = 2 * (rank - i);
      single[at] = 1;
      repeated[at] = repeat;
      single[at + 1] = dim;
      repeated[at + 1] = dim;
      result[rank - i] = product(array, dim, repeat);
    }
    Shape to = Shape.of(result);
    return array.reshape(single).broadcastTo(Shape.of(repeated)).reshape(to.toArray());
  }

  private static long product(TernaryArray array, long dim, long repeat) {
    // The dimensions of the result are checked as a shape; here only this one can overflow.
    if (Math.multiplyHigh(dim, repeat) != 0 || dim * repeat < 0) {
      throw new IllegalArgumentException(
          "cannot repeat " + array.shape() + " " + repeat + " times: the result is too large");
    }
    return dim * repeat;
  }

  static TernaryArray concatenate(int axis, TernaryArray... arrays) {
    if (arrays.length == 0) {
      throw new IllegalArgumentException("no arrays to join");
    }
    Shape first = arrays[0].shape();
    int normal = Axes.normal(axis, first);
    long[] dims = first.toArray();
    dims[normal] = 0;
    for (TernaryArray array : arrays) {
      checkJoins(first, array.shape(), normal);
      dims[normal] = Math.addExact(dims[normal], array.shape().dim(normal));
    }
    Shape shape = Shape.of(dims);
    return new TernaryArray(
        shape,
        join(shape, normal, arrays, TernaryArray::positive),
        join(shape, normal, arrays, TernaryArray::negative));
  }

  private static void checkJoins(Shape first, Shape other, int axis) {
    boolean fits = first.rank() == other.rank();
    for (int i = 0; fits && i < first.rank(); i++) {
      fits = i == axis || first.dim(i) == other.dim(i);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "shapes " + first + " and " + other + " cannot be joined along axis " + axis);
    }
  }

  private static BitPlane join(
      Shape shape, int axis, TernaryArray[] arrays, Function<TernaryArray, BitPlane> plane) {
    PlaneWriter writer = new PlaneWriter(shape.elements());
    long outer = Lanes.of(shape, axis, axis + 1).outer();
    for (long o = 0; o < outer; o++) {
      for (TernaryArray array : arrays) {
        long run = array.size() / outer;
        writer.append(plane.apply(array), o * run, run);
      }
    }
    return writer.done();
  }

  static TernaryArray stack(int axis, TernaryArray[] arrays) {
    TernaryArray[] expanded = new TernaryArray[arrays.length];
    for (int i = 0; i < arrays.length; i++) {
      if (!arrays[i].shape().equals(arrays[0].shape())) {
        throw new IllegalArgumentException(
            "shapes " + arrays[0].shape() + " and " + arrays[i].shape() + " cannot be stacked");
      }
      expanded[i] = arrays[i].expandDims(axis);
    }
    if (arrays.length == 0) {
      throw new IllegalArgumentException("no arrays to stack");
    }
    return concatenate(axis < 0 ? axis + expanded[0].rank() : axis, expanded);
  }
}
