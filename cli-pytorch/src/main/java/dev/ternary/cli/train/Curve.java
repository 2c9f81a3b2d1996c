package dev.ternary.cli.train;

import java.util.List;

/**
 * How one training went.
 *
 * @param name of the network, short
 * @param history one point for each epoch
 */
public record Curve(String name, List<EpochPoint> history) {

  /** Copies the list. */
  public Curve {
    history = List.copyOf(history);
  }
}
