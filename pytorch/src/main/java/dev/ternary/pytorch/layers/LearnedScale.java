package dev.ternary.pytorch.layers;

/** Which scales of a layer are parameters, trained with the rest. */
public enum LearnedScale {

  /** None: the threshold rule gives the scale in every step. */
  NONE,

  /** One for both signs. */
  SHARED,

  /**
   * One for each sign, trained ternary quantization (arXiv 1612.01064). Its weights are no product
   * of one scale and trits: a layer of it is exported as the sum of two, which takes twice the
   * memory and time.
   */
  PER_SIGN
}
