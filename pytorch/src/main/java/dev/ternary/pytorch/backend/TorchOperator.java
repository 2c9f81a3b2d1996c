package dev.ternary.pytorch.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.UnaryOperator;

/** Computes one operation for a batch. */
@FunctionalInterface
interface TorchOperator {

  /**
   * The result.
   *
   * @param in the inputs, the batch first; a result that is made of them belongs to the manager of
   *     the first
   * @param out the shape that the result must have, the batch first
   * @return another array than those of {@code in}, though it may share their memory
   */
  NDArray apply(List<NDArray> in, Shape out);

  /** One of a single input, whose result may be that input. */
  @SuppressWarnings("ReferenceEquality") // equals would compare all elements
  static TorchOperator of(UnaryOperator<NDArray> function) {
    return (in, _) -> {
      NDArray x = in.getFirst();
      NDArray y = function.apply(x);
      return y == x ? x.reshape(x.getShape()) : y;
    };
  }
}
