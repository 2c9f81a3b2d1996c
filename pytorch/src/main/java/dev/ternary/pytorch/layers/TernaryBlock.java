package dev.ternary.pytorch.layers;

import dev.ternary.packed.TernaryMatrix;
import java.util.List;

/** A DJL block that trains float shadow weights and computes with the ternary ones made of them. */
public sealed interface TernaryBlock permits TernaryLinear, TernaryConv2d, TernaryEmbedding {

  /** The weights that all other methods tell of. */
  TernaryWeight ternary();

  /** How the ternary weights are made. */
  default TernaryOptions options() {
    return ternary().options();
  }

  /** See {@link TernaryWeight#trits}. */
  default byte[] ternaryWeights() {
    return ternary().trits();
  }

  /** See {@link TernaryWeight#matrix}. */
  default TernaryMatrix ternaryMatrix() {
    return ternary().matrix();
  }

  /** See {@link TernaryWeight#matrices}. */
  default List<TernaryMatrix> ternaryMatrices() {
    return ternary().matrices();
  }

  /** See {@link TernaryWeight#refresh}. */
  default void refresh() {
    ternary().refresh();
  }
}
