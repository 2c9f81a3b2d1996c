package dev.ternary.nn;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One layer of a {@link Model}: immutable data with the meaning of the PyTorch module of the same
 * name in evaluation mode. A layer does not own the memory of its weights.
 *
 * <p>Shapes here leave out the batch: an image is {@code [channels, height, width]}.
 */
public sealed interface Layer {

  /**
   * The shape of one output for one input.
   *
   * @throws IllegalArgumentException if the input does not fit; the message says what was expected
   *     and what was found
   */
  default Shape outputShape(Shape input) {
    return LayerShapes.output(this, input);
  }

  /** The name of the type, such as {@code TernaryLinear}. */
  default String typeName() {
    return getClass().getSimpleName();
  }

  /**
   * {@code y = W x + b} on the last dimension, with ternary weights.
   *
   * @param weights {@code [out, in]}
   * @param bias {@code [out]}, finite in a {@link Model}
   * @param activations the form in which {@code x} enters the product
   */
  record TernaryLinear(TernaryMatrix weights, Optional<Tensor> bias, Activations activations)
      implements Layer {
    /** Checks the bias. */
    public TernaryLinear {
      Objects.requireNonNull(activations, "activations");
      LayerChecks.bias(bias, weights.rows());
    }
  }

  /**
   * A two-dimensional convolution with ternary weights.
   *
   * @param weights {@code [out, in / groups, kernelH, kernelW]}
   * @param bias {@code [out]}, finite in a {@link Model}
   * @param geometry how the window moves
   * @param activations the form in which the image enters the product; with {@link
   *     Activations#INT8} each image is a token: one scale for all its channels
   */
  record TernaryConv2d(
      TernaryTensor weights, Optional<Tensor> bias, ConvGeometry geometry, Activations activations)
      implements Layer {
    /** Checks rank, groups and bias. */
    public TernaryConv2d {
      Objects.requireNonNull(activations, "activations");
      LayerChecks.convWeights(weights.shape(), geometry);
      LayerChecks.bias(bias, weights.shape().dim(0));
    }
  }

  /**
   * {@code y = W x + b} on the last dimension.
   *
   * @param weights {@code [out, in]}
   * @param bias {@code [out]}
   */
  record Linear(Tensor weights, Optional<Tensor> bias) implements Layer {
    /** Checks rank and bias. */
    public Linear {
      LayerChecks.floating("weights", weights);
      LayerChecks.rank("weights", 2, weights.shape());
      LayerChecks.bias(bias, weights.shape().dim(0));
    }
  }

  /**
   * A two-dimensional convolution.
   *
   * @param weights {@code [out, in / groups, kernelH, kernelW]}
   * @param bias {@code [out]}
   * @param geometry how the window moves
   */
  record Conv2d(Tensor weights, Optional<Tensor> bias, ConvGeometry geometry) implements Layer {
    /** Checks rank, groups and bias. */
    public Conv2d {
      LayerChecks.floating("weights", weights);
      LayerChecks.convWeights(weights.shape(), geometry);
      LayerChecks.bias(bias, weights.shape().dim(0));
    }
  }

  /**
   * {@code (x - mean) / sqrt(variance + eps) * gamma + beta} for each feature; features are the
   * first dimension (PyTorch's dimension 1). All four are {@code [features]}.
   *
   * @param gamma factor
   * @param beta summand
   * @param mean running mean
   * @param variance running variance, at least 0
   * @param eps added to the variance, at least 0
   */
  record BatchNorm(Tensor gamma, Tensor beta, Tensor mean, Tensor variance, float eps)
      implements Layer {
    /** Checks shapes, variances and eps. */
    public BatchNorm {
      LayerChecks.rank("gamma", 1, gamma.shape());
      LayerChecks.sameShape("beta", gamma.shape(), beta);
      LayerChecks.sameShape("mean", gamma.shape(), mean);
      LayerChecks.sameShape("variance", gamma.shape(), variance);
      LayerChecks.floating("gamma", gamma);
      LayerChecks.eps(eps);
      LayerChecks.variances(variance, eps);
    }
  }

  /**
   * {@code (x - mean) / sqrt(variance + eps) * gamma + beta} over the trailing dimensions that
   * {@code gamma} has.
   *
   * @param gamma factor
   * @param beta summand, of the same shape
   * @param eps added to the variance, at least 0
   */
  record LayerNorm(Tensor gamma, Tensor beta, float eps) implements Layer {
    /** Checks shapes and eps. */
    public LayerNorm {
      LayerChecks.normGamma(gamma);
      LayerChecks.sameShape("beta", gamma.shape(), beta);
      LayerChecks.eps(eps);
    }
  }

  /**
   * {@code x / sqrt(mean(x^2) + eps) * gamma} over the trailing dimensions that {@code gamma} has.
   *
   * @param gamma factor
   * @param eps added to the mean square, at least 0
   */
  record RmsNorm(Tensor gamma, float eps) implements Layer {
    /** Checks shape and eps. */
    public RmsNorm {
      LayerChecks.normGamma(gamma);
      LayerChecks.eps(eps);
    }
  }

  /** {@code max(x, 0)}. */
  record Relu() implements Layer {}

  /**
   * {@code x * P(N(0, 1) <= x)}.
   *
   * @param form how the probability is computed
   */
  record Gelu(Form form) implements Layer {

    /** How the normal distribution is computed. */
    public enum Form {
      /** By the error function, PyTorch's default. */
      ERF,
      /** By PyTorch's {@code approximate='tanh'}. */
      TANH
    }

    /** The exact form. */
    public Gelu() {
      this(Form.ERF);
    }

    /** Checks the form. */
    public Gelu {
      Objects.requireNonNull(form, "form");
    }
  }

  /** {@code x / (1 + exp(-x))}. */
  record Silu() implements Layer {}

  /**
   * The largest value under the window; padding never wins.
   *
   * @param geometry window, stride and padding
   */
  record MaxPool2d(PoolGeometry geometry) implements Layer {}

  /**
   * The mean under the window; padding counts as zeros ({@code count_include_pad}).
   *
   * @param geometry window, stride and padding
   */
  record AvgPool2d(PoolGeometry geometry) implements Layer {}

  /** The mean of each channel: {@code [channels, height, width]} to {@code [channels]}. */
  record GlobalAvgPool2d() implements Layer {}

  /** All dimensions as one. */
  record Flatten() implements Layer {}

  /** {@code exp(x) / sum(exp(x))} over the last dimension. */
  record Softmax() implements Layer {}

  /**
   * The shortcut without weights of CIFAR ResNets ("option A" of He et al., arXiv 1512.03385):
   * every {@code stride}-th row and column, and zero channels on both sides, half of the new ones
   * (rounded down) in front.
   *
   * @param stride rows and columns from one that is kept to the next, at least 1
   * @param outChannels channels of the output, at least as many as the input has
   */
  record SubsamplePad(int stride, int outChannels) implements Layer {
    /** Checks the ranges. */
    public SubsamplePad {
      if (stride < 1 || outChannels < 1) {
        throw new IllegalArgumentException(
            "stride and outChannels must be at least 1, got " + stride + " and " + outChannels);
      }
    }
  }

  /**
   * {@code body(x) + shortcut(x)}.
   *
   * @param body the long way
   * @param shortcut the short way; empty is the identity
   */
  record Residual(List<Layer> body, List<Layer> shortcut) implements Layer {
    /** Copies the lists. */
    public Residual {
      body = List.copyOf(body);
      shortcut = List.copyOf(shortcut);
    }
  }
}
