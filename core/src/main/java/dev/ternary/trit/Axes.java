package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import java.util.Arrays;

/**
 * The axes that a reduction goes along, from 0 for the outermost or from -1 for the innermost.
 * Immutable.
 */
public final class Axes {

  private final int[] axes;
  private final boolean kept;

  private Axes(int[] axes, boolean kept) {
    this.axes = axes;
    this.kept = kept;
  }

  /** The given axes, which the result does not have. */
  public static Axes of(int... axes) {
    return new Axes(axes.clone(), false);
  }

  /** The same axes, which the result keeps with one element each. */
  public Axes keepDims() {
    return new Axes(axes, true);
  }

  /** The axes marked in an array of this shape. */
  boolean[] marks(Shape shape) {
    boolean[] marks = new boolean[shape.rank()];
    for (int axis : axes) {
      int normal = normal(axis, shape);
      if (marks[normal]) {
        throw new IllegalArgumentException("axis " + axis + " is given twice in " + this);
      }
      marks[normal] = true;
    }
    return marks;
  }

  /** The only axis, from 0. */
  int only(Shape shape) {
    if (axes.length != 1) {
      throw new IllegalArgumentException("expected one axis, got " + this);
    }
    return normal(axes[0], shape);
  }

  /** The shape that is left. */
  Shape reduce(Shape shape) {
    boolean[] marks = marks(shape);
    long[] dims = new long[shape.rank()];
    int rank = 0;
    for (int axis = 0; axis < marks.length; axis++) {
      if (!marks[axis] || kept) {
        dims[rank++] = marks[axis] ? 1 : shape.dim(axis);
      }
    }
    return Shape.of(Arrays.copyOf(dims, rank));
  }

  /** An axis counted from 0. */
  static int normal(int axis, Shape shape) {
    int normal = axis < 0 ? axis + shape.rank() : axis;
    if (normal < 0 || normal >= shape.rank()) {
      throw new IllegalArgumentException(
          "axis " + axis + " is out of bounds for shape " + shape + " of rank " + shape.rank());
    }
    return normal;
  }

  /** The axes, such as {@code axes [0, -1]}. */
  @Override
  public String toString() {
    return "axes " + Arrays.toString(axes);
  }
}
