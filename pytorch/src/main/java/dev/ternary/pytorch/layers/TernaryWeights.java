package dev.ternary.pytorch.layers;

import ai.djl.nn.Block;
import java.util.ArrayList;
import java.util.List;

/** Finds the ternary weights of a network. */
public final class TernaryWeights {

  private TernaryWeights() {}

  /**
   * The ternary weights of a block and of all blocks in it, in the network's order: those of {@link
   * TernaryBlock}s and those that a {@link TernaryScope} makes of others.
   */
  public static List<TernaryWeight> of(Block block) {
    var weights = new ArrayList<TernaryWeight>();
    collect(block, weights);
    return List.copyOf(weights);
  }

  private static void collect(Block block, List<TernaryWeight> weights) {
    if (block instanceof TernaryBlock ternary) {
      weights.add(ternary.ternary());
    }
    if (block instanceof TernaryScope scope) {
      weights.addAll(scope.weights());
    }
    block.getChildren().values().forEach(child -> collect(child, weights));
  }
}
