package dev.ternary.nn.graph;

import java.util.Objects;

/**
 * A value that a graph is given.
 *
 * @param name what it is called
 * @param dims the shape of one sample
 */
public record Input(String name, Dims dims) {
  public Input {
    Names.check("input", name);
    Objects.requireNonNull(dims, "dims");
  }
}
