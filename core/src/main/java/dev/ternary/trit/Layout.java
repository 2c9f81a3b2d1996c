package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import java.util.Arrays;
import java.util.function.LongConsumer;

/** A strided way through the elements of a row-major array: what a view is in NumPy. */
final class Layout {

  private final long offset;
  private final long[] dims;
  private final long[] strides;

  Layout(long offset, long[] dims, long[] strides) {
    this.offset = offset;
    this.dims = dims;
    this.strides = strides;
  }

  /** The way through all elements in order. */
  static Layout of(Shape shape) {
    long[] dims = shape.toArray();
    return new Layout(0, dims, strides(dims));
  }

  private static long[] strides(long[] dims) {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      // An empty array has no elements to stride over; its strides only must not overflow.
      stride *= Math.max(1, dims[axis]);
    }
    return strides;
  }

  Shape shape() {
    return Shape.of(dims);
  }

  /** The axes in another order. */
  Layout permute(int[] axes) {
    long[] newDims = new long[axes.length];
    long[] newStrides = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      newDims[i] = dims[axes[i]];
      newStrides[i] = strides[axes[i]];
    }
    return new Layout(offset, newDims, newStrides);
  }

  /** Repeats dimensions of 1, and the whole along new outer dimensions; the shapes must fit. */
  Layout broadcast(Shape to) {
    long[] newDims = to.toArray();
    long[] newStrides = new long[newDims.length];
    int added = newDims.length - dims.length;
    for (int axis = 0; axis < dims.length; axis++) {
      newStrides[added + axis] = dims[axis] == 1 ? 0 : strides[axis];
    }
    return new Layout(offset, newDims, newStrides);
  }

  /** Every {@code step}-th element of an axis, {@code count} of them from {@code start}. */
  Layout range(int axis, long start, long step, long count) {
    long[] newDims = dims.clone();
    long[] newStrides = strides.clone();
    newDims[axis] = count;
    newStrides[axis] = strides[axis] * step;
    return new Layout(count == 0 ? offset : offset + start * strides[axis], newDims, newStrides);
  }

  /** Without the axes marked in {@code dropped}, which have one element. */
  Layout drop(boolean[] dropped) {
    long[] newDims = new long[dims.length];
    long[] newStrides = new long[dims.length];
    int rank = 0;
    for (int axis = 0; axis < dims.length; axis++) {
      if (!dropped[axis]) {
        newDims[rank] = dims[axis];
        newStrides[rank++] = strides[axis];
      }
    }
    return new Layout(offset, Arrays.copyOf(newDims, rank), Arrays.copyOf(newStrides, rank));
  }

  /** Whether this walks all elements of a plane of this size in order. */
  boolean isWhole(long size) {
    Layout merged = merged();
    return merged.offset == 0
        && (merged.dims.length == 0 ? size == 1 : merged.dims.length == 1)
        && (merged.dims.length == 0 || (merged.strides[0] == 1 && merged.dims[0] == size));
  }

  /** The bits met on the way. */
  BitPlane gather(BitPlane source) {
    if (isWhole(source.size())) {
      return source;
    }
    PlaneWriter writer = new PlaneWriter(shape().elements());
    Layout merged = merged();
    if (shape().elements() > 0) {
      merged.walk(source, writer);
    }
    return writer.done();
  }

  /** Calls {@code action} with each position on the way. */
  void forEach(LongConsumer action) {
    long elements = shape().elements();
    long[] index = new long[dims.length];
    long at = offset;
    for (long i = 0; i < elements; i++) {
      action.accept(at);
      for (int axis = dims.length - 1; axis >= 0; axis--) {
        if (++index[axis] < dims[axis]) {
          at += strides[axis];
          break;
        }
        at -= strides[axis] * (dims[axis] - 1);
        index[axis] = 0;
      }
    }
  }

  private void walk(BitPlane source, PlaneWriter writer) {
    int last = dims.length - 1;
    if (last < 0) {
      writer.append(source.bits(offset, 1), 1);
      return;
    }
    long[] index = new long[last];
    long at = offset;
    while (true) {
      run(source, at, writer);
      int axis = last - 1;
      while (axis >= 0 && ++index[axis] == dims[axis]) {
        at -= strides[axis] * (dims[axis] - 1);
        index[axis--] = 0;
      }
      if (axis < 0) {
        return;
      }
      at += strides[axis];
    }
  }

  private void run(BitPlane source, long at, PlaneWriter writer) {
    long length = dims[dims.length - 1];
    long stride = strides[dims.length - 1];
    if (stride == 1) {
      writer.append(source, at, length);
    } else if (stride == 0) {
      writer.fill(source.get(at), length);
    } else if (stride == -1) {
      writer.appendReversed(source, at + 1, length);
    } else {
      writer.appendEach(source, at, stride, length);
    }
  }

  /** The same way with dimensions of 1 left out and neighbours joined where they can be. */
  private Layout merged() {
    long[] newDims = new long[dims.length];
    long[] newStrides = new long[dims.length];
    int rank = 0;
    for (int axis = 0; axis < dims.length; axis++) {
      if (dims[axis] == 1) {
        continue;
      }
      if (rank > 0 && newStrides[rank - 1] == strides[axis] * dims[axis]) {
        newDims[rank - 1] *= dims[axis];
        newStrides[rank - 1] = strides[axis];
      } else {
        newDims[rank] = dims[axis];
        newStrides[rank++] = strides[axis];
      }
    }
    return new Layout(offset, Arrays.copyOf(newDims, rank), Arrays.copyOf(newStrides, rank));
  }
}
