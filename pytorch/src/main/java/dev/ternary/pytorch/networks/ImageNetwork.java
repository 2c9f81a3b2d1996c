package dev.ternary.pytorch.networks;

import ai.djl.nn.SequentialBlock;

/** A network that classifies small images, with batch norm and ReLU behind all layers but one. */
public sealed interface ImageNetwork permits Mlp, Lenet {

  /** The network in a few words, such as {@code perceptron of 256, 256 hidden units}. */
  String title();

  /** The network, not yet initialized. */
  SequentialBlock block(int classes, LayerForms forms);
}
