package dev.ternary.pytorch.functions;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import dev.ternary.kernel.ActivationQuantizer;
import dev.ternary.kernel.Activations;

/** Inputs of a ternary layer as the packed kernels see them, in training too. */
public final class ActivationRounding {

  private ActivationRounding() {}

  /**
   * The inputs in this form: each row (the last dimension, or all but the first of an image) as
   * {@link ActivationQuantizer} rounds it, by the same operations, with the gradient of the
   * identity.
   */
  public static NDArray of(NDArray x, Activations form) {
    if (form == Activations.FLOAT32) {
      return x;
    }
    NDArray constant = x.stopGradient();
    int rank = constant.getShape().dimension();
    NDArray rows = rank == 4 ? constant.reshape(constant.getShape().get(0), -1) : constant;
    NDArray range = rows.abs().max(new int[] {-1}, true).maximum(ActivationQuantizer.MIN_ABSMAX);
    // Ties to even, as torch.round does.
    NDArray rounded = rows.mul(NDArrays.div(127f, range)).round().mul(range.div(127f));
    return rounded.reshape(x.getShape()).add(x.sub(constant));
  }
}
