package dev.ternary.pytorch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

/** A network to learn from, and how much. */
record Distillation(Block teacher, float share, float temperature) {

  Distillation {
    if (!(share >= 0 && share <= 1) || !(temperature > 0)) {
      throw new IllegalArgumentException(
          "distillation needs a share of 0 to 1 and a temperature above 0, got "
              + share
              + " and "
              + temperature);
    }
  }

  /** The teacher's probabilities, outside the gradient. */
  NDArray target(NDArray x, ParameterStore store) {
    NDArray scores = teacher.forward(store, new NDList(x), false).singletonOrThrow();
    return scores.div(temperature).softmax(-1).stopGradient();
  }

  /** The loss of a batch of {@code size} with {@code hard} as the one to the labels. */
  NDArray loss(NDArray hard, NDArray scores, NDArray target, int size) {
    // Arrays of the manager, because DJL closes the array that it makes of a number at once, and
    // the
    // garbage collector may free its memory, which the backward pass reads.
    NDManager step = scores.getManager();
    NDArray scaled = scores.div(step.create(temperature));
    NDArray soft = scaled.logSoftmax(-1).mul(target).sum();
    return hard.mul(step.create(1 - share))
        .add(soft.mul(step.create(share * temperature * temperature / -size)));
  }
}
