package dev.ternary.nn.zoo;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.StateDict;

/** A kind of network: which tensors it has, and what is computed with them. */
sealed interface Architecture permits CifarResNet, EfficientNet, Mlp, MobileNetV2, ResNet, Vgg {

  /** What users call it. */
  String name();

  /** Rows and columns of the images that it was made for; 0 where it takes no images. */
  int imageSize();

  /**
   * Its graph with float weights.
   *
   * @param size rows and columns of an image; without meaning where it takes none
   * @throws IllegalArgumentException if a tensor is missing or has another shape
   */
  Graph graph(StateDict weights, int size);
}
