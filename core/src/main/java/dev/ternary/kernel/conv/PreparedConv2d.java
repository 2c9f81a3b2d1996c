package dev.ternary.kernel.conv;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.spi.ConvolutionCall;
import dev.ternary.kernel.spi.Lease;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A two-dimensional convolution with ternary or float32 weights, ready to run on images of one
 * size. With int8 activations an image is quantized once. Scratch memory stays bounded by the size
 * of one image a thread, or half a megabyte where images are small. Immutable and safe to share
 * between threads; each thread brings its own {@link ConvWorkspace}. Owns its memory until it is
 * closed, which any thread may do at any time: a convolution that is under way ends as if nothing
 * had happened.
 */
public final class PreparedConv2d implements AutoCloseable {

  /** What images that are turned at once take for each thread, unless one takes more. */
  private static final long TURNED_BYTES = 512 << 10;

  private final ConvShape shape;
  private final boolean dense;
  private final ConvMethod method;
  private final Lease lease;

  private PreparedConv2d(ConvShape shape, boolean dense, ConvMethod method) {
    this.shape = shape;
    this.dense = dense;
    this.method = method;
    this.lease = new Lease("the convolution", method::close);
  }

  /**
   * Repacks ternary weights for {@code kernel}.
   *
   * @param weights {@code [outChannels, channels / groups * kernelH * kernelW]}
   * @param epilogue what each result ends with; a bias has one value an output channel
   * @throws IllegalArgumentException if a shape does not fit
   */
  public static PreparedConv2d prepare(
      TernaryKernel kernel, TernaryMatrix weights, Epilogue epilogue, ConvShape shape) {
    if (weights.rows() != shape.outChannels() || weights.cols() != shape.patch()) {
      throw misfit(shape, weights.toString());
    }
    epilogue.checkRows(weights.rows());
    return new PreparedConv2d(shape, false, ConvMethods.of(kernel, weights, epilogue, shape));
  }

  /**
   * Lays out float32 weights for {@code kernel}. Such a convolution takes {@link
   * Activations#FLOAT32} alone.
   *
   * @param weights {@code [outChannels, channels / groups * kernelH * kernelW]}, row-major; copied
   * @param epilogue what each result ends with; a bias has one value an output channel
   * @throws IllegalArgumentException if a shape does not fit
   */
  public static PreparedConv2d prepareDense(
      TernaryKernel kernel, float[] weights, Epilogue epilogue, ConvShape shape) {
    if (weights.length != (long) shape.outChannels() * shape.patch()) {
      throw misfit(shape, weights.length + " floats");
    }
    epilogue.checkRows(shape.outChannels());
    return new PreparedConv2d(shape, true, ConvMethods.of(kernel, weights, epilogue, shape));
  }

  private static IllegalArgumentException misfit(ConvShape shape, String weights) {
    return new IllegalArgumentException(
        "the weights of "
            + shape
            + " must be ["
            + shape.outChannels()
            + ", "
            + shape.patch()
            + "], got "
            + weights);
  }

  /** The sizes it was prepared for. */
  public ConvShape shape() {
    return shape;
  }

  /**
   * Convolves images whose channels come first: {@code x} is {@code [images, channels * height *
   * width]} and {@code y} is {@code [images, outChannels * outHeight * outWidth]}, both in the
   * order channel, row, column. Turns them around, some at a time; otherwise as {@link
   * #applyChannelsLast(FeatureMaps, FeatureMaps, Activations, ConvWorkspace)}.
   *
   * @throws IllegalArgumentException if a shape does not fit, or an activation that must be
   *     quantized is NaN or infinite
   * @throws IllegalStateException if this convolution is closed, or another thread uses the
   *     workspace
   */
  public void apply(
      FloatMatrix x, FloatMatrix y, Activations activations, ConvWorkspace workspace) {
    check(x, y, activations);
    var call =
        new ConvolutionCall(
            shape, FeatureMaps.of(x), Optional.empty(), FeatureMaps.of(y), activations, 0);
    run(
        workspace,
        () -> {
          long bytes = (long) Float.BYTES * ((long) shape.inSize() + shape.outSize());
          int threads = workspace.parallelism().threads();
          int atOnce = (int) Math.max(threads, threads * TURNED_BYTES / bytes);
          for (int from = 0; from < x.rows(); from += atOnce) {
            turn(call, from, Math.min(atOnce, x.rows() - from), workspace);
          }
        });
  }

  /** Convolves some images of a call whose channels come first. */
  private void turn(ConvolutionCall call, int from, int count, ConvWorkspace workspace) {
    long inBytes = (long) Float.BYTES * shape.inSize();
    long outBytes = (long) Float.BYTES * shape.outSize();
    long outAt = Images.align(count * inBytes);
    MemorySegment memory = workspace.turned(outAt + count * outBytes);
    var in = new FloatMatrix(count, shape.inSize(), memory.asSlice(0, count * inBytes));
    var out = new FloatMatrix(count, shape.outSize(), memory.asSlice(outAt, count * outBytes));
    new Turning(count, shape.channels(), shape.height() * shape.width())
        .toLast(call.x().values().values(), from * inBytes, in.values(), workspace);
    var last =
        new ConvolutionCall(
            shape,
            FeatureMaps.of(in),
            Optional.empty(),
            FeatureMaps.of(out),
            call.activations(),
            from);
    method.apply(last, workspace);
    new Turning(count, shape.outChannels(), shape.positions())
        .toFirst(out.values(), call.y().values().values(), from * outBytes, workspace);
  }

  /**
   * Convolves images whose channels lie last.
   *
   * <p>With {@link Activations#INT8} each image is one token of {@link TernaryKernel#quantize},
   * with one scale for all its channels. A result is {@code (sum * weightScale) * imageScale} and
   * then the {@link Epilogue}, as {@link PreparedMatrix} rounds it, so it has the same bits with
   * every kernel. With {@link Activations#FLOAT32} the error bound is that of {@link
   * PreparedMatrix} with {@code patch} columns.
   *
   * @param x {@code [images, height * width * channels]}, in the order row, column, channel
   * @param y {@code [images, outHeight * outWidth * outChannels]}, likewise; overwritten
   * @throws IllegalArgumentException if a shape does not fit, or an activation that must be
   *     quantized is NaN or infinite
   * @throws IllegalStateException if this convolution is closed, or another thread uses the
   *     workspace
   */
  public void applyChannelsLast(
      FeatureMaps x, FeatureMaps y, Activations activations, ConvWorkspace workspace) {
    check(x.values(), y.values(), activations);
    var call = new ConvolutionCall(shape, x, Optional.empty(), y, activations, 0);
    run(workspace, () -> method.apply(call, workspace));
  }

  /**
   * Convolves images whose channels lie last and adds others to the result, behind the bias and
   * before ReLU: the bits are those of a convolution without ReLU, a sum and ReLU one after
   * another.
   *
   * @param addend of the shape of {@code y}, whose memory it may be
   * @throws IllegalArgumentException if a shape does not fit, or an activation that must be
   *     quantized is NaN or infinite
   * @throws IllegalStateException if this convolution is closed, or another thread uses the
   *     workspace
   */
  public void applyChannelsLast(
      FeatureMaps x,
      FloatMatrix addend,
      FeatureMaps y,
      Activations activations,
      ConvWorkspace workspace) {
    check(x.values(), y.values(), activations);
    if (addend.rows() != y.values().rows() || addend.cols() != y.values().cols()) {
      throw new IllegalArgumentException(
          "what is added must have the shape of y, " + y.values() + "; got " + addend);
    }
    var call = new ConvolutionCall(shape, x, Optional.of(addend), y, activations, 0);
    run(workspace, () -> method.apply(call, workspace));
  }

  private void check(FloatMatrix x, FloatMatrix y, Activations activations) {
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
    if (dense && activations != Activations.FLOAT32) {
      throw new IllegalArgumentException(
          "a convolution with float32 weights takes float32 activations, got " + activations);
    }
  }

  private void run(ConvWorkspace workspace, Runnable convolution) {
    lease.acquire();
    try {
      workspace.begin();
      try {
        convolution.run();
      } finally {
        workspace.end();
      }
    } finally {
      lease.release();
    }
  }

  /**
   * Refuses further convolutions, and frees the memory as soon as none is under way. May be called
   * again.
   */
  @Override
  public void close() {
    lease.close();
  }
}
