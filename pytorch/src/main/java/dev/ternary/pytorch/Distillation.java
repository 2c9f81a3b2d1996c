package dev.ternary.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
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
    NDArray soft = scores.div(temperature).logSoftmax(-1).mul(target).sum();
    return hard.mul(1 - share).add(soft.mul(share * temperature * temperature / -size));
  }
}
