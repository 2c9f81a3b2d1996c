package dev.ternary.kernel.conv.spi;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.packed.TernaryMatrix;
import java.util.Optional;

/**
 * A kernel that has code of its own for convolutions of images whose channels lie last. Where it
 * has none for a convolution, patches are gathered and multiplied as matrices.
 */
public interface ConvolutionKernel {

  /**
   * Lays ternary weights out, which are not needed any more afterwards.
   *
   * @param weights {@code [outChannels, kernelH * kernelW * channels / groups]}, the columns in the
   *     order row, column, channel; with one scale a tensor or a row
   * @param epilogue has as many biases as there are output channels, or none
   */
  Optional<ConvolutionWeights> convolution(
      TernaryMatrix weights, Epilogue epilogue, ConvShape shape);

  /**
   * Lays float32 weights out, for float32 activations alone.
   *
   * @param weights as above, row-major
   * @param epilogue has as many biases as there are output channels, or none
   */
  Optional<ConvolutionWeights> convolution(float[] weights, Epilogue epilogue, ConvShape shape);
}
