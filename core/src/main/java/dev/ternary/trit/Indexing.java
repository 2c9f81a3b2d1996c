package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Turns selections into layouts and picks elements. */
final class Indexing {

  private Indexing() {}

  /** Row-major position of an index with one number a dimension. */
  static long flat(Shape shape, long[] index) {
    if (index.length != shape.rank()) {
      throw new IllegalArgumentException(
          "index "
              + Arrays.toString(index)
              + " has "
              + index.length
              + " numbers, shape "
              + shape
              + " needs "
              + shape.rank());
    }
    long flat = 0;
    for (int axis = 0; axis < index.length; axis++) {
      flat = flat * shape.dim(axis) + position(shape, axis, index[axis]);
    }
    return flat;
  }

  /** A position from 0 on an axis. */
  static long position(Shape shape, int axis, long index) {
    long dim = shape.dim(axis);
    long position = index < 0 ? index + dim : index;
    if (position < 0 || position >= dim) {
      throw new IllegalArgumentException(
          "index " + index + " is out of bounds for axis " + axis + " of shape " + shape);
    }
    return position;
  }

  /** The layout that a selection gives, and where new axes go. */
  static Selection select(Shape shape, List<Index> selection) {
    List<Index> parts = withoutEllipsis(shape, selection);
    Layout layout = Layout.of(shape);
    boolean[] dropped = new boolean[shape.rank()];
    List<Integer> newAxes = new ArrayList<>();
    int axis = 0;
    int kept = 0;
    for (Index part : parts) {
      switch (part) {
        case Index.At at -> {
          layout = layout.range(axis, position(shape, axis, at.position()), 1, 1);
          dropped[axis++] = true;
        }
        case Index.Range range -> {
          layout = range(layout, axis, shape.dim(axis), range);
          axis++;
          kept++;
        }
        case Index.NewAxis _ -> newAxes.add(kept++);
        case Index.Ellipsis _ -> throw new AssertionError("an ellipsis is replaced before");
      }
    }
    return new Selection(layout.drop(dropped), newAxes);
  }

  private static List<Index> withoutEllipsis(Shape shape, List<Index> selection) {
    long named =
        selection.stream()
            .filter(part -> part instanceof Index.At || part instanceof Index.Range)
            .count();
    long ellipses = selection.stream().filter(Index.Ellipsis.class::isInstance).count();
    if (named > shape.rank()) {
      throw new IllegalArgumentException(
          "too many indices: " + named + " for shape " + shape + " of rank " + shape.rank());
    }
    if (ellipses > 1) {
      throw new IllegalArgumentException("an index has at most one ellipsis, got " + ellipses);
    }
    List<Index> parts = new ArrayList<>();
    for (Index part : selection) {
      if (part instanceof Index.Ellipsis) {
        addAll(parts, shape.rank() - named);
      } else {
        parts.add(part);
      }
    }
    if (ellipses == 0) {
      addAll(parts, shape.rank() - named);
    }
    return parts;
  }

  private static void addAll(List<Index> parts, long count) {
    for (long i = 0; i < count; i++) {
      parts.add(Index.all());
    }
  }

  private static Layout range(Layout layout, int axis, long dim, Index.Range range) {
    long step = range.step();
    long lowest = step > 0 ? 0 : -1;
    long highest = step > 0 ? dim : dim - 1;
    long start = bound(range.start(), step > 0 ? lowest : highest, dim, lowest, highest);
    long stop = bound(range.stop(), step > 0 ? highest : lowest, dim, lowest, highest);
    long count = 0;
    if (step > 0 && start < stop) {
      count = (stop - start - 1) / step + 1;
    } else if (step < 0 && start > stop) {
      // Dividing by the negative step keeps Long.MIN_VALUE, whose negation does not exist, correct.
      count = (stop - start + 1) / step + 1;
    }
    // A step that reaches no second element is as good as 1, and 1 cannot overflow a stride.
    return layout.range(axis, start, count > 1 ? step : 1, count);
  }

  private static long bound(OptionalLong given, long absent, long dim, long lowest, long highest) {
    if (given.isEmpty()) {
      return absent;
    }
    long value = given.getAsLong();
    return Math.clamp(value < 0 ? value + dim : value, lowest, highest);
  }

  /** Rows {@code positions} of an axis of a plane of shape {@code shape}. */
  static BitPlane take(BitPlane plane, Shape shape, int axis, long[] positions) {
    Lanes lanes = Lanes.of(shape, axis, axis + 1);
    PlaneWriter writer =
        new PlaneWriter(
            Math.multiplyExact(
                Math.multiplyExact(lanes.outer(), lanes.inner()), (long) positions.length));
    for (long outer = 0; outer < lanes.outer(); outer++) {
      for (long position : positions) {
        writer.append(plane, (outer * lanes.length() + position) * lanes.inner(), lanes.inner());
      }
    }
    return writer.done();
  }

  /** Runs of {@code inner} bits of a plane where the mask is true. */
  static BitPlane select(BitPlane plane, BitPlane mask, long inner) {
    PlaneWriter writer = new PlaneWriter(mask.count() * inner);
    for (long w = 0; w < (mask.size() + 63) >>> 6; w++) {
      long bits = mask.word(w);
      if (inner == 1 && bits != 0) {
        writer.append(Long.compress(plane.word(w), bits), Long.bitCount(bits));
        continue;
      }
      for (; bits != 0; bits &= bits - 1) {
        writer.append(plane, (64 * w + Long.numberOfTrailingZeros(bits)) * inner, inner);
      }
    }
    return writer.done();
  }

  static TernaryArray select(TernaryArray array, TritMask mask) {
    Shape shape = array.shape();
    int rank = mask.shape().rank();
    boolean fits = rank <= shape.rank();
    for (int axis = 0; fits && axis < rank; axis++) {
      fits = mask.shape().dim(axis) == shape.dim(axis);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "a mask of shape " + mask.shape() + " does not select from shape " + shape);
    }
    long[] dims = new long[1 + shape.rank() - rank];
    dims[0] = mask.count();
    for (int i = 1; i < dims.length; i++) {
      dims[i] = shape.dim(rank + i - 1);
    }
    long inner = Lanes.of(shape, 0, rank).inner();
    return new TernaryArray(
        Shape.of(dims),
        select(array.positive(), mask.plane(), inner),
        select(array.negative(), mask.plane(), inner));
  }

  static TernaryArray pick(TernaryArray array, long[][] positions) {
    Shape shape = array.shape();
    if (positions.length != shape.rank() || positions.length == 0) {
      throw new IllegalArgumentException(
          "shape " + shape + " needs one list an axis, got " + positions.length);
    }
    int count = positions[0].length;
    PlaneWriter p = new PlaneWriter(count);
    PlaneWriter n = new PlaneWriter(count);
    long[] index = new long[shape.rank()];
    for (int i = 0; i < count; i++) {
      for (int axis = 0; axis < index.length; axis++) {
        if (positions[axis].length != count) {
          throw new IllegalArgumentException(
              "lists of " + count + " and " + positions[axis].length + " positions do not pair");
        }
        index[axis] = positions[axis][i];
      }
      int trit = array.trit(flat(shape, index));
      p.append(trit > 0 ? 1 : 0, 1);
      n.append(trit < 0 ? 1 : 0, 1);
    }
    return new TernaryArray(Shape.of(count), p.done(), n.done());
  }

  /** A layout without new axes, and their places in the result. */
  record Selection(Layout layout, List<Integer> newAxes) {

    Shape shape() {
      List<Long> dims = new ArrayList<>();
      Arrays.stream(layout.shape().toArray()).forEach(dims::add);
      newAxes.forEach(place -> dims.add(place, 1L));
      return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    }
  }
}
