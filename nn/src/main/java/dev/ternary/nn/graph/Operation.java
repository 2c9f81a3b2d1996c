package dev.ternary.nn.graph;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a node of a {@link Graph} computes: immutable data with the meaning of the PyTorch module or
 * function of the same name in evaluation mode. Does not own the memory of its weights.
 *
 * <p>Values are float32. Shapes here leave out the batch: an image is {@code [channels, height,
 * width]}, and no operation looks at another sample. The set is closed: what runs, stores or
 * exports a graph handles each of them.
 */
public sealed interface Operation {

  /**
   * The shape of the output for inputs of these shapes.
   *
   * @throws IllegalArgumentException if they do not fit, in number or shape; the message says what
   *     was expected and what was found
   */
  default Shape outputShape(List<Shape> inputs) {
    return OutputShapes.requireSize(shape(inputs));
  }

  /** The rule of {@link #outputShape}, which also refuses shapes of no elements or too many. */
  Shape shape(List<Shape> in);

  /** The name of the type with the form of its weights, such as {@code TernaryLinear}. */
  default String typeName() {
    return weights().map(Weights::form).orElse("") + getClass().getSimpleName();
  }

  /** The weights, of an operation that has them. */
  default Optional<Weights> weights() {
    return Optional.empty();
  }

  /** The same operation with its weights changed; itself if it has none. */
  default Operation mapWeights(UnaryOperator<Weights> change) {
    return this;
  }

  /** What follows at once, in the same pass over the results. */
  enum PostOp {
    /** Nothing. */
    NONE,
    /** {@code max(x, 0)}. */
    RELU
  }

  /** An operation that multiplies its input with weights and adds a bias to each output feature. */
  sealed interface Product extends Operation permits Linear, Conv2d {

    /** The weights, output features first. */
    Weights values();

    /** What is added to each output feature. */
    Optional<Tensor> bias();

    /** What follows. */
    PostOp post();

    /** The same operation with other weights and bias, and something else behind it. */
    Product with(Weights values, Optional<Tensor> bias, PostOp post);

    @Override
    default Optional<Weights> weights() {
      return Optional.of(values());
    }

    @Override
    default Operation mapWeights(UnaryOperator<Weights> change) {
      return with(change.apply(values()), bias(), post());
    }
  }

  /**
   * {@code y = W x + b} on the last dimension, then {@code post}.
   *
   * @param values {@code [out, in]}
   * @param bias {@code [out]}; finite where the weights are ternary, or it cannot run
   * @param post what follows
   */
  record Linear(Weights values, Optional<Tensor> bias, PostOp post) implements Product {
    public Linear {
      Objects.requireNonNull(post, "post");
      OperationChecks.rank("weights", 2, values.shape());
      OperationChecks.bias(bias, values.shape().dim(0));
    }

    /** Nothing follows. */
    public Linear(Weights values, Optional<Tensor> bias) {
      this(values, bias, PostOp.NONE);
    }

    /** With ternary weights {@code [out, in]}. */
    public static Linear ternary(
        TernaryMatrix weights, Optional<Tensor> bias, Activations activations) {
      return new Linear(new Weights.Ternary(TernaryTensor.of(weights), activations), bias);
    }

    /** With floating-point weights {@code [out, in]}. */
    public static Linear dense(Tensor weights, Optional<Tensor> bias) {
      return new Linear(new Weights.Dense(weights), bias);
    }

    @Override
    public Linear with(Weights other, Optional<Tensor> otherBias, PostOp then) {
      return new Linear(other, otherBias, then);
    }

    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.linear(
          values.shape().dim(1), values.shape().dim(0), OutputShapes.one(in));
    }
  }

  /**
   * A two-dimensional convolution, then {@code post}. With ternary weights and {@link
   * Activations#INT8} each image is a token: one scale for all its channels.
   *
   * @param values {@code [out, in / groups, kernelH, kernelW]}
   * @param bias {@code [out]}; finite where the weights are ternary, or it cannot run
   * @param geometry how the window moves
   * @param post what follows
   */
  record Conv2d(Weights values, Optional<Tensor> bias, ConvGeometry geometry, PostOp post)
      implements Product {
    public Conv2d {
      Objects.requireNonNull(post, "post");
      OperationChecks.convWeights(values.shape(), geometry);
      OperationChecks.bias(bias, values.shape().dim(0));
    }

    /** Nothing follows. */
    public Conv2d(Weights values, Optional<Tensor> bias, ConvGeometry geometry) {
      this(values, bias, geometry, PostOp.NONE);
    }

    /** With ternary weights. */
    public static Conv2d ternary(
        TernaryTensor weights,
        Optional<Tensor> bias,
        ConvGeometry geometry,
        Activations activations) {
      return new Conv2d(new Weights.Ternary(weights, activations), bias, geometry);
    }

    /** With floating-point weights. */
    public static Conv2d dense(Tensor weights, Optional<Tensor> bias, ConvGeometry geometry) {
      return new Conv2d(new Weights.Dense(weights), bias, geometry);
    }

    @Override
    public Conv2d with(Weights other, Optional<Tensor> otherBias, PostOp then) {
      return new Conv2d(other, otherBias, geometry, then);
    }

    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.image(Windows.conv(values.shape(), geometry, OutputShapes.one(in)));
    }
  }

  /**
   * The rows of a table that the input names: {@code [...]} whole numbers from 0 to {@code rows -
   * 1} to {@code [..., cols]}.
   *
   * @param values {@code [rows, cols]}, at most 2^24 rows, since a float holds whole numbers up to
   *     that exactly
   */
  record Embedding(Weights values) implements Operation {
    public Embedding {
      OperationChecks.rank("weights", 2, values.shape());
      if (values.shape().dim(0) > 1 << 24) {
        throw new IllegalArgumentException(
            "an embedding may have at most 2^24 rows, got weights " + values.shape());
      }
    }

    @Override
    public Optional<Weights> weights() {
      return Optional.of(values);
    }

    @Override
    public Embedding mapWeights(UnaryOperator<Weights> change) {
      return new Embedding(change.apply(values));
    }

    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.append(OutputShapes.one(in), values.shape().dim(1));
    }
  }

  /**
   * A value that is there without an input, the same for each sample.
   *
   * @param value of any type, read as float32
   */
  record Constant(Tensor value) implements Operation {
    public Constant {
      Objects.requireNonNull(value, "value");
    }

    @Override
    public Shape shape(List<Shape> in) {
      OutputShapes.count(in, 0, 0);
      return value.shape();
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
      implements Operation {
    public BatchNorm {
      OperationChecks.rank("gamma", 1, gamma.shape());
      OperationChecks.sameShape("beta", gamma.shape(), beta);
      OperationChecks.sameShape("mean", gamma.shape(), mean);
      OperationChecks.sameShape("variance", gamma.shape(), variance);
      OperationChecks.floating("gamma", gamma);
      OperationChecks.eps(eps);
      OperationChecks.variances(variance, eps);
    }

    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.batchNorm(gamma.shape().dim(0), OutputShapes.one(in));
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
  record LayerNorm(Tensor gamma, Tensor beta, float eps) implements Operation {
    public LayerNorm {
      OperationChecks.normGamma(gamma);
      OperationChecks.sameShape("beta", gamma.shape(), beta);
      OperationChecks.eps(eps);
    }

    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.norm(gamma.shape(), OutputShapes.one(in));
    }
  }

  /**
   * {@code x / sqrt(mean(x^2) + eps) * gamma} over the trailing dimensions that {@code gamma} has.
   *
   * @param gamma factor
   * @param eps added to the mean square, at least 0
   */
  record RmsNorm(Tensor gamma, float eps) implements Operation {
    public RmsNorm {
      OperationChecks.normGamma(gamma);
      OperationChecks.eps(eps);
    }

    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.norm(gamma.shape(), OutputShapes.one(in));
    }
  }

  /** {@code max(x, 0)}. */
  record Relu() implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.one(in);
    }
  }

  /**
   * {@code min(max(x, low), high)}; ReLU6 is {@code Clip(0, 6)}.
   *
   * @param low the least result
   * @param high the largest result, not below {@code low}
   */
  record Clip(float low, float high) implements Operation {
    public Clip {
      if (!(low <= high) || low == Float.POSITIVE_INFINITY || high == Float.NEGATIVE_INFINITY) {
        throw new IllegalArgumentException(
            "low must not be above high, nor all be cut away, got " + low + ", " + high);
      }
    }

    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.one(in);
    }
  }

  /**
   * {@code x * P(N(0, 1) <= x)}.
   *
   * @param form how the probability is computed
   */
  record Gelu(Form form) implements Operation {

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

    public Gelu {
      Objects.requireNonNull(form, "form");
    }

    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.one(in);
    }
  }

  /** {@code x / (1 + exp(-x))}. */
  record Silu() implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.one(in);
    }
  }

  /** {@code 1 / (1 + exp(-x))}. */
  record Sigmoid() implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.one(in);
    }
  }

  /** {@code tanh(x)}. */
  record Tanh() implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.one(in);
    }
  }

  /** {@code exp(x) / sum(exp(x))} over the last dimension. */
  record Softmax() implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.atLeastRankOne(OutputShapes.one(in));
    }
  }

  /**
   * The largest value under the window; padding never wins.
   *
   * @param geometry window, stride and padding
   */
  record MaxPool2d(PoolGeometry geometry) implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.image(Windows.pool(geometry, OutputShapes.one(in)));
    }
  }

  /**
   * The mean under the window; padding counts as zeros ({@code count_include_pad}).
   *
   * @param geometry window, stride and padding
   */
  record AvgPool2d(PoolGeometry geometry) implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.image(Windows.pool(geometry, OutputShapes.one(in)));
    }
  }

  /** The mean of each channel: {@code [channels, height, width]} to {@code [channels]}. */
  record GlobalAvgPool2d() implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return Shape.of(Windows.requireImage(OutputShapes.one(in)).dim(0));
    }
  }

  /**
   * One number for all along one dimension.
   *
   * @param kind which number
   * @param axis the dimension; negative ones count from the end
   * @param keep whether the dimension stays, with size 1
   */
  record Reduce(Kind kind, int axis, boolean keep) implements Operation {

    /** What is made of the values. */
    public enum Kind {
      /** The mean, summed in float64. */
      MEAN,
      /** The sum, in float64. */
      SUM,
      /** The largest. */
      MAX
    }

    public Reduce {
      Objects.requireNonNull(kind, "kind");
    }

    @Override
    public Shape shape(List<Shape> in) {
      return Moves.reduce(axis, keep, OutputShapes.one(in));
    }
  }

  /** All dimensions as one. */
  record Flatten() implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return Shape.of(OutputShapes.one(in).elements());
    }
  }

  /**
   * The same elements in another shape.
   *
   * @param dims the shape; 0 stands for the size that the input has at the same place, one -1 for
   *     what is left
   */
  record Reshape(List<Integer> dims) implements Operation {
    public Reshape {
      dims = List.copyOf(dims);
      OperationChecks.dimensions("dims", dims.size());
      if (dims.stream().anyMatch(d -> d < -1) || dims.stream().filter(d -> d == -1).count() > 1) {
        throw new IllegalArgumentException("dims must be sizes, 0 and at most one -1, got " + dims);
      }
    }

    @Override
    public Shape shape(List<Shape> in) {
      return Moves.reshape(dims, OutputShapes.one(in));
    }
  }

  /**
   * The dimensions in another order.
   *
   * @param order for each dimension of the output, which of the input it is
   */
  record Transpose(List<Integer> order) implements Operation {
    public Transpose {
      order = List.copyOf(order);
      OperationChecks.dimensions("order", order.size());
      for (int axis = 0; axis < order.size(); axis++) {
        if (!order.contains(axis)) {
          throw new IllegalArgumentException(
              "order must hold each of 0 to " + (order.size() - 1) + " once, got " + order);
        }
      }
    }

    @Override
    public Shape shape(List<Shape> in) {
      return Moves.transpose(order, OutputShapes.one(in));
    }
  }

  /**
   * A part along one dimension, as Python's {@code [from:to:step]}: negative places count from the
   * end, and what reaches beyond it stops there.
   *
   * @param axis the dimension; negative ones count from the end
   * @param from the first place
   * @param to behind the last place; {@link Integer#MAX_VALUE} is the end
   * @param step from one place to the next, at least 1
   */
  record Slice(int axis, int from, int to, int step) implements Operation {
    public Slice {
      if (step < 1) {
        throw new IllegalArgumentException("step must be at least 1, got " + step);
      }
    }

    @Override
    public Shape shape(List<Shape> in) {
      return Moves.slice(axis, from, to, step, OutputShapes.one(in));
    }
  }

  /**
   * Values one after the other along one dimension; all others must be equal. Takes any number.
   *
   * @param axis the dimension; negative ones count from the end
   */
  record Concat(int axis) implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      OutputShapes.count(in, 1, Integer.MAX_VALUE);
      return Moves.concat(axis, in);
    }
  }

  /**
   * The shortcut without weights of CIFAR ResNets ("option A" of He et al., arXiv 1512.03385):
   * every {@code stride}-th row and column, and zero channels on both sides, half of the new ones
   * (rounded down) in front.
   *
   * @param stride rows and columns from one that is kept to the next, at least 1
   * @param outChannels channels of the output, at least as many as the input has
   */
  record SubsamplePad(int stride, int outChannels) implements Operation {
    public SubsamplePad {
      if (stride < 1 || outChannels < 1) {
        throw new IllegalArgumentException(
            "stride and outChannels must be at least 1, got " + stride + " and " + outChannels);
      }
    }

    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.subsample(stride, outChannels, OutputShapes.one(in));
    }
  }

  /** {@code a + b}, with NumPy's broadcasting. */
  record Add() implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.broadcast(in);
    }
  }

  /** {@code a * b}, with NumPy's broadcasting. */
  record Multiply() implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.broadcast(in);
    }
  }

  /**
   * The product of two values: {@code [..., n, k]} times {@code [..., k, m]}, whose other
   * dimensions are equal.
   *
   * @param transposed whether the second is {@code [..., m, k]}
   */
  record MatMul(boolean transposed) implements Operation {
    @Override
    public Shape shape(List<Shape> in) {
      return OutputShapes.matMul(transposed, in);
    }
  }

  /**
   * Scaled dot-product attention (Vaswani et al., arXiv 1706.03762, section 3.2) of several heads,
   * with the scale {@code 1 / sqrt(size of a head)}: queries {@code [t, heads * size]}, keys and
   * values {@code [s, keyHeads * size]}, and, if there is a fourth input, a mask {@code [s]} of 1
   * for what may be looked at and 0 for what may not. Gives {@code [t, heads * size]}; a query that
   * may look at nothing gives zeros.
   *
   * @param heads heads of the queries
   * @param keyHeads heads of keys and values, a divisor of {@code heads}: each serves {@code heads
   *     / keyHeads} neighbouring heads (grouped queries, arXiv 2305.13245)
   * @param causal whether query {@code i} sees only keys up to {@code i + s - t}
   */
  record Attention(int heads, int keyHeads, boolean causal) implements Operation {
    public Attention {
      if (keyHeads < 1 || heads < 1 || heads % keyHeads != 0) {
        throw new IllegalArgumentException(
            "keyHeads must divide heads, got " + keyHeads + " and " + heads);
      }
    }

    @Override
    public Shape shape(List<Shape> in) {
      OutputShapes.count(in, 3, 4);
      return OutputShapes.attention(heads, keyHeads, in);
    }
  }

  /**
   * Rotary position embedding (Su et al., arXiv 2104.09864, section 3.2): turns pairs of elements
   * of each head of {@code [t, heads * headSize]} by {@code position * theta^(-2 i / headSize)}.
   * The position is the row, or what a second input {@code [t]} says.
   *
   * @param headSize elements of a head, even
   * @param theta the base, above 0
   * @param pairing which elements make a pair
   */
  record Rope(int headSize, float theta, Pairing pairing) implements Operation {

    /** Which elements of a head turn together. */
    public enum Pairing {
      /** {@code i} and {@code i + headSize / 2}, as HuggingFace transformers. */
      HALVES,
      /** {@code 2 i} and {@code 2 i + 1}, as the paper and llama2.c. */
      NEIGHBOURS
    }

    public Rope {
      Objects.requireNonNull(pairing, "pairing");
      if (headSize < 2 || headSize % 2 != 0) {
        throw new IllegalArgumentException("headSize must be even and at least 2, got " + headSize);
      }
      if (!(theta > 0) || Float.isInfinite(theta)) {
        throw new IllegalArgumentException("theta must be finite and above 0, got " + theta);
      }
    }

    @Override
    public Shape shape(List<Shape> in) {
      OutputShapes.count(in, 1, 2);
      return OutputShapes.rope(headSize, in);
    }
  }
}
