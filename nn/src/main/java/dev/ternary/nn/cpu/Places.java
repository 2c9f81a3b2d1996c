package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.List;

/** Where in its input each element of an output comes from. */
final class Places {

  private Places() {}

  /** The place in a value of shape {@code in} of each element of {@code out}. */
  static int[] broadcast(Shape in, Shape out) {
    int[] strides = new int[out.rank()];
    int stride = 1;
    for (int i = 1; i <= in.rank(); i++) {
      int size = (int) in.dim(in.rank() - i);
      strides[out.rank() - i] = size == 1 ? 0 : stride;
      stride *= size;
    }
    return places(out, strides);
  }

  /**
   * The same where dimension {@code i} of the output is dimension {@code order[i]} of the input.
   */
  static int[] transposed(Shape in, List<Integer> order, Shape out) {
    int[] inStrides = new int[in.rank()];
    int stride = 1;
    for (int axis = in.rank() - 1; axis >= 0; axis--) {
      inStrides[axis] = stride;
      stride *= (int) in.dim(axis);
    }
    return places(out, order.stream().mapToInt(axis -> inStrides[axis]).toArray());
  }

  private static int[] places(Shape out, int[] strides) {
    int[] places = new int[Math.toIntExact(out.elements())];
    int[] index = new int[out.rank()];
    int place = 0;
    for (int i = 0; i < places.length; i++) {
      places[i] = place;
      for (int axis = index.length - 1; axis >= 0; axis--) {
        place += strides[axis];
        if (++index[axis] < out.dim(axis)) {
          break;
        }
        place -= strides[axis] * index[axis];
        index[axis] = 0;
      }
    }
    return places;
  }
}
