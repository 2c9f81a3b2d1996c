package dev.ternary.pytorch;

import dev.ternary.packed.TernaryMatrix;

/** A DJL block that trains float shadow weights and computes with the ternary ones made of them. */
public sealed interface TernaryBlock permits TernaryLinear, TernaryConv2d, TernaryEmbedding {

  /** How the ternary weights are made. */
  TernaryOptions options();

  /**
   * The trits of the present weights, row-major in the shape of the weight parameter.
   *
   * @throws IllegalStateException if the block is not initialized
   * @throws IllegalArgumentException if a weight is NaN or infinite
   */
  byte[] ternaryWeights();

  /**
   * The present ternary weights, packed: dimension 0 of the weight parameter as rows, the product
   * of the others as columns. Exactly the weights that the block computes with.
   *
   * @throws IllegalStateException if the block is not initialized
   * @throws IllegalArgumentException if a weight is NaN or infinite
   */
  TernaryMatrix ternaryMatrix();

  /**
   * Forgets the weights that evaluation made once and keeps. Needed after the weight parameter was
   * written by hand; training and loading do it themselves. Not while another thread evaluates.
   */
  void refresh();

  /** Says that so many training steps lie behind the block, of which its warm-up takes note. */
  void continueAfter(long steps);
}
