package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import java.util.Arrays;

/** Other shapes of the elements of {@link TernaryArray}. */
public sealed interface TritShaping permits TernaryArray {

  /** The same trits with another shape; one dimension may be -1 and is worked out. */
  default TernaryArray reshape(long... dims) {
    TernaryArray array = (TernaryArray) this;
    Shape to = Shaping.reshape(array.shape(), dims);
    return new TernaryArray(to, array.positive(), array.negative());
  }

  /** The trits in one dimension. */
  default TernaryArray flatten() {
    return reshape(-1);
  }

  /** The axes in reverse order. */
  default TernaryArray transpose() {
    int[] axes = new int[((TernaryArray) this).rank()];
    Arrays.setAll(axes, i -> axes.length - 1 - i);
    return transpose(axes);
  }

  /** Axis {@code axes[i]} becomes axis {@code i}; every axis is named once. */
  default TernaryArray transpose(int... axes) {
    TernaryArray array = (TernaryArray) this;
    int[] order = Shaping.order(array.shape(), axes);
    return Shaping.view(array, Layout.of(array.shape()).permute(order));
  }

  /** One axis moved to another place; the others keep their order. */
  default TernaryArray moveAxis(int from, int to) {
    TernaryArray array = (TernaryArray) this;
    return transpose(Shaping.moved(array.shape(), from, to));
  }

  /** The last two axes exchanged. */
  default TernaryArray swapLastAxes() {
    int rank = ((TernaryArray) this).rank();
    return moveAxis(rank - 1, rank - 2);
  }

  /** The trits repeated to a shape that this shape broadcasts to. */
  default TernaryArray broadcastTo(Shape to) {
    TernaryArray array = (TernaryArray) this;
    if (array.shape().equals(to)) {
      return array;
    }
    Broadcasting.check(array.shape(), to);
    return new TernaryArray(
        to,
        Broadcasting.expand(array.positive(), array.shape(), to),
        Broadcasting.expand(array.negative(), array.shape(), to));
  }

  /** The elements along an axis in reverse order. */
  default TernaryArray flip(int axis) {
    TernaryArray array = (TernaryArray) this;
    int normal = Axes.normal(axis, array.shape());
    long dim = array.shape().dim(normal);
    return Shaping.view(array, Layout.of(array.shape()).range(normal, dim - 1, -1, dim));
  }

  /**
   * The elements along an axis moved by {@code shift} places; what leaves one end enters the other.
   */
  default TernaryArray roll(long shift, int axis) {
    return Shaping.roll((TernaryArray) this, shift, axis);
  }

  /** The flattened elements moved by {@code shift} places, in the old shape. */
  default TernaryArray roll(long shift) {
    return flatten().roll(shift, 0).reshape(((TernaryArray) this).shape().toArray());
  }

  /** The whole repeated {@code repeats[i]} times along axis {@code i}, as {@code numpy.tile}. */
  default TernaryArray tile(long... repeats) {
    return Shaping.tile((TernaryArray) this, repeats);
  }

  /** A new axis of one element before axis {@code axis}. */
  default TernaryArray expandDims(int axis) {
    return reshape(Shaping.expanded(((TernaryArray) this).shape(), axis));
  }

  /** Without the axes of one element. */
  default TernaryArray squeeze() {
    return reshape(
        Arrays.stream(((TernaryArray) this).shape().toArray()).filter(dim -> dim != 1).toArray());
  }

  /** Arrays joined along an axis; their other dimensions are equal. */
  static TernaryArray concatenate(int axis, TernaryArray... arrays) {
    return Shaping.concatenate(axis, arrays);
  }

  /** Arrays of one shape along a new axis. */
  static TernaryArray stack(int axis, TernaryArray... arrays) {
    return Shaping.stack(axis, arrays);
  }
}
