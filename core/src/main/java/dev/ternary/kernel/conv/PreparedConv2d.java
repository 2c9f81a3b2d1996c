package dev.ternary.kernel.conv;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.TernaryMatrix;

/**
 * A two-dimensional convolution with ternary weights, ready to run on images of one size. Patches
 * are copied into a small buffer, some output positions at a time, and multiplied there; so scratch
 * memory stays bounded by the size of one image. Immutable and safe to share between threads; each
 * thread brings its own {@link ConvWorkspace}. Owns its memory until it is closed.
 *
 * <p>Images are rows of a matrix: {@code x} is {@code [images, channels * height * width]} and
 * {@code y} is {@code [images, outChannels * outHeight * outWidth]}, both in the order channel,
 * row, column.
 */
public final class PreparedConv2d implements AutoCloseable {

  /** So many int8 values have a sum that float32 holds exactly. */
  private static final int MAX_DEPTHWISE_PATCH = 1 << 16;

  private final ConvShape shape;
  private final ConvMethod method;
  private volatile boolean closed;

  private PreparedConv2d(ConvShape shape, ConvMethod method) {
    this.shape = shape;
    this.method = method;
  }

  /**
   * Repacks the weights for {@code kernel}.
   *
   * @param weights {@code [outChannels, channels / groups * kernelH * kernelW]}
   * @param bias one value an output channel, or none at all
   * @throws IllegalArgumentException if a shape does not fit
   */
  public static PreparedConv2d prepare(
      TernaryKernel kernel, TernaryMatrix weights, float[] bias, ConvShape shape) {
    if (weights.rows() != shape.outChannels() || weights.cols() != shape.patch()) {
      throw new IllegalArgumentException(
          "the weights of "
              + shape
              + " must be ["
              + shape.outChannels()
              + ", "
              + shape.patch()
              + "], got "
              + weights);
    }
    if (bias.length != 0 && bias.length != shape.outChannels()) {
      throw new IllegalArgumentException(
          "the bias must have " + shape.outChannels() + " values or none, got " + bias.length);
    }
    float[] add = bias.length == 0 ? new float[shape.outChannels()] : bias.clone();
    return new PreparedConv2d(shape, method(kernel, weights, add, shape));
  }

  private static ConvMethod method(
      TernaryKernel kernel, TernaryMatrix weights, float[] bias, ConvShape shape) {
    boolean grouped = weights.scales().granularity() instanceof Granularity.PerGroup;
    // Groups of scales follow the order of the columns, and padding may dwarf the image.
    boolean movable = !grouped && shape.paddedSize() <= 4L * shape.inSize() + (64 << 10);
    boolean exact = shape.patch() <= MAX_DEPTHWISE_PATCH;
    if (movable && exact && shape.channels() == shape.geometry().groups()) {
      return new DepthwiseConv(weights, bias, shape);
    }
    return movable
        ? PatchConv.reordered(kernel, weights, bias, shape)
        : PatchConv.inOrder(kernel, weights, bias, shape);
  }

  /** The sizes it was prepared for. */
  public ConvShape shape() {
    return shape;
  }

  /**
   * Convolves with activations quantized to int8: each output position of each group is one token
   * of {@link TernaryKernel#quantize}, so the result has the same bits with every kernel.
   *
   * @throws IllegalArgumentException if a shape does not fit or an activation is NaN or infinite
   * @throws IllegalStateException if this convolution is closed
   */
  public void applyInt8(FloatMatrix x, FloatMatrix y, ConvWorkspace workspace) {
    apply(new ConvMethod.Call(x, y, true, workspace));
  }

  /**
   * Convolves with float32 activations; the error bound is that of {@link PreparedMatrix} with
   * {@code patch} columns.
   *
   * @throws IllegalArgumentException if a shape does not fit
   * @throws IllegalStateException if this convolution is closed
   */
  public void applyFloat32(FloatMatrix x, FloatMatrix y, ConvWorkspace workspace) {
    apply(new ConvMethod.Call(x, y, false, workspace));
  }

  private void apply(ConvMethod.Call call) {
    if (closed) {
      throw new IllegalStateException("the convolution is closed");
    }
    FloatMatrix x = call.x();
    FloatMatrix y = call.y();
    if (x.cols() != shape.inSize() || y.cols() != shape.outSize() || x.rows() != y.rows()) {
      throw new IllegalArgumentException(
          "x must be [images, "
              + shape.inSize()
              + "] and y [images, "
              + shape.outSize()
              + "]; got x "
              + x
              + ", y "
              + y);
    }
    int groups = shape.geometry().groups();
    int block = method.block();
    int blocks = Math.ceilDiv(shape.positions(), block);
    int tasks = Math.multiplyExact(Math.multiplyExact(x.rows(), groups), blocks);
    call.workspace()
        .parallelism()
        .forParts(
            tasks,
            1,
            (worker, from, to) -> {
              ConvMethod.Worker work = method.worker(call, worker);
              for (int t = from; t < to; t++) {
                int first = t % blocks * block;
                int count = Math.min(block, shape.positions() - first);
                work.run(t / blocks / groups, t / blocks % groups, first, count);
              }
            });
  }

  /** Frees the memory; further convolutions are refused. May be called again. */
  @Override
  public void close() {
    closed = true;
    method.close();
  }
}
