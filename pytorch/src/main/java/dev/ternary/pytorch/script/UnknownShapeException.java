package dev.ternary.pytorch.script;

import dev.ternary.tensor.Shape;

/** The shape of an input is needed and was not said. */
final class UnknownShapeException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  private final transient Shape weight;

  /**
   * Where the first operation is a layer.
   *
   * @param weight the shape of its weights, of rank 0 where it has none
   */
  UnknownShapeException(Shape weight) {
    super("the shape of an input is not known");
    this.weight = weight;
  }

  Shape weight() {
    return weight;
  }
}
