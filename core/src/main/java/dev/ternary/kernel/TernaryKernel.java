package dev.ternary.kernel;

import dev.ternary.packed.TernaryMatrix;

/**
 * One way to multiply ternary matrices, made for some hardware. Stateless and safe to share between
 * threads.
 */
public interface TernaryKernel {

  /** A short name for logs and benchmarks, such as {@code scalar} or {@code vector-512}. */
  String name();

  /**
   * Repacks {@code w} into this kernel's layout. The result owns its memory and does not need
   * {@code w} any more.
   *
   * @param epilogue what the products with float32 results end with
   * @throws IllegalArgumentException if there is a bias and not one for each row
   */
  PreparedMatrix prepare(TernaryMatrix w, Epilogue epilogue);

  /** As {@link #prepare(TernaryMatrix, Epilogue)} with {@link Epilogue#none()}. */
  default PreparedMatrix prepare(TernaryMatrix w) {
    return prepare(w, Epilogue.none());
  }

  /**
   * Quantizes activations to int8, each row by itself: with {@code a = max(max|x|, 1e-5)} the value
   * is {@code rint(x * (127 / a))}, ties to even, and the scale {@code a / 127}, all in float32.
   * This is the per-token rule of BitNet b1.58 (arXiv 2402.17764, section 2). Every kernel gives
   * the same bits.
   *
   * @param x activations {@code [tokens, cols]}
   * @param q result of the same shape, overwritten
   * @throws IllegalArgumentException if the shapes differ or an activation is NaN or infinite; the
   *     message gives its row and column
   */
  default void quantize(FloatMatrix x, Int8Matrix q) {
    ActivationQuantizer.quantize(x, q);
  }
}
