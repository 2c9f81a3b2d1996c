package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * Goes through the rows of an output, the last dimension at a time, and says where in an input each
 * row begins. For one thread.
 */
final class RowWalk {

  private final int[] dims;
  private final int[] strides;
  private final int[] index;
  private int place;

  private RowWalk(Shape out, int[] strides) {
    dims = new int[out.rank()];
    for (int axis = 0; axis < dims.length; axis++) {
      dims[axis] = Math.toIntExact(out.dim(axis));
    }
    this.strides = strides;
    index = new int[dims.length];
  }

  /** Over an input of shape {@code in} that is repeated along dimensions of 1 or none. */
  static RowWalk broadcast(Shape in, Shape out) {
    int[] strides = new int[out.rank()];
    int stride = 1;
    for (int i = 1; i <= in.rank(); i++) {
      int size = (int) in.dim(in.rank() - i);
      strides[out.rank() - i] = size == 1 ? 0 : stride;
      stride *= size;
    }
    return new RowWalk(out, strides);
  }

  /** Over an input of which dimension {@code order[i]} is dimension {@code i} of the output. */
  static RowWalk transposed(Shape in, List<Integer> order, Shape out) {
    int[] inStrides = new int[in.rank()];
    int stride = 1;
    for (int axis = in.rank() - 1; axis >= 0; axis--) {
      inStrides[axis] = stride;
      stride *= (int) in.dim(axis);
    }
    return new RowWalk(out, order.stream().mapToInt(axis -> inStrides[axis]).toArray());
  }

  /** Where in the input the present row begins. */
  int place() {
    return place;
  }

  /** From one element of a row to the next, in the input; 0 where it is repeated. */
  int step() {
    return strides.length == 0 ? 0 : strides[strides.length - 1];
  }

  /** Elements of a row. */
  int length() {
    return dims.length == 0 ? 1 : dims[dims.length - 1];
  }

  /** Goes to a row by its number. */
  void seek(int row) {
    int left = row;
    place = 0;
    for (int axis = dims.length - 2; axis >= 0; axis--) {
      index[axis] = left % dims[axis];
      place += index[axis] * strides[axis];
      left /= dims[axis];
    }
  }

  /** Goes to the next row; from the last one to the first. */
  void next() {
    for (int axis = dims.length - 2; axis >= 0; axis--) {
      place += strides[axis];
      if (++index[axis] < dims[axis]) {
        return;
      }
      place -= strides[axis] * dims[axis];
      index[axis] = 0;
    }
  }
}
