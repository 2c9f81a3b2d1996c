package dev.ternary.kernel.conv;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.spi.Lease;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.TernaryMatrix;

/**
 * A two-dimensional convolution with ternary weights, ready to run on images of one size. With int8
 * activations an image is quantized once; then patches are copied into a small buffer, some output
 * positions at a time, and multiplied there. So scratch memory stays bounded by the size of one
 * image a thread, or half a megabyte where images are small. Immutable and safe to share between
 * threads; each thread brings its own {@link ConvWorkspace}. Owns its memory until it is closed,
 * which any thread may do at any time: a convolution that is under way ends as if nothing had
 * happened.
 *
 * <p>Images are rows of a matrix: {@code x} is {@code [images, channels * height * width]} and
 * {@code y} is {@code [images, outChannels * outHeight * outWidth]}, both in the order channel,
 * row, column.
 */
public final class PreparedConv2d implements AutoCloseable {

  /** So many int8 values have a sum that float32 holds exactly. */
  private static final int MAX_DEPTHWISE_PATCH = 1 << 16;

  private final TernaryKernel kernel;
  private final ConvShape shape;
  private final ConvMethod method;
  private final Lease lease;

  private PreparedConv2d(TernaryKernel kernel, ConvShape shape, ConvMethod method) {
    this.kernel = kernel;
    this.shape = shape;
    this.method = method;
    this.lease = new Lease("the convolution", method::close);
  }

  /**
   * Repacks the weights for {@code kernel}.
   *
   * @param weights {@code [outChannels, channels / groups * kernelH * kernelW]}
   * @param epilogue what each result ends with; a bias has one value an output channel
   * @throws IllegalArgumentException if a shape does not fit
   */
  public static PreparedConv2d prepare(
      TernaryKernel kernel, TernaryMatrix weights, Epilogue epilogue, ConvShape shape) {
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
    epilogue.checkRows(weights.rows());
    return new PreparedConv2d(kernel, shape, method(kernel, weights, epilogue, shape));
  }

  // Visible for testing.
  static ConvMethod method(
      TernaryKernel kernel, TernaryMatrix weights, Epilogue epilogue, ConvShape shape) {
    boolean grouped = weights.scales().granularity() instanceof Granularity.PerGroup;
    // Groups of scales follow the order of the columns; padding may dwarf the image, and an index
    // of what is padded must be an int.
    long most = Math.min(Integer.MAX_VALUE, 4L * shape.inSize() + (64 << 10));
    boolean movable = !grouped && shape.paddedSize() <= most;
    boolean exact = shape.patch() <= MAX_DEPTHWISE_PATCH;
    if (movable && exact && shape.channels() == shape.geometry().groups()) {
      return new DepthwiseConv(weights, epilogue, shape);
    }
    return movable
        ? PatchConv.reordered(kernel, weights, epilogue, shape)
        : PatchConv.inOrder(kernel, weights, epilogue, shape);
  }

  /** The sizes it was prepared for. */
  public ConvShape shape() {
    return shape;
  }

  /**
   * Convolves images.
   *
   * <p>With {@link Activations#INT8} each image is one token of {@link TernaryKernel#quantize},
   * with one scale for all its channels. A result is {@code (sum * weightScale) * imageScale} and
   * then the {@link Epilogue}, as {@link PreparedMatrix} rounds it, so it has the same bits with
   * every kernel. With {@link Activations#FLOAT32} the error bound is that of {@link
   * PreparedMatrix} with {@code patch} columns.
   *
   * @throws IllegalArgumentException if a shape does not fit, or an activation that must be
   *     quantized is NaN or infinite
   * @throws IllegalStateException if this convolution is closed, or another thread uses the
   *     workspace
   */
  public void apply(
      FloatMatrix x, FloatMatrix y, Activations activations, ConvWorkspace workspace) {
    apply(new ConvCall(x, y, activations, workspace));
  }

  private void apply(ConvCall call) {
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
    lease.acquire();
    try {
      call.workspace().begin();
      try {
        convolveAll(call);
      } finally {
        call.workspace().end();
      }
    } finally {
      lease.release();
    }
  }

  private void convolveAll(ConvCall call) {
    var images = new Images(call, shape, kernel, method.imageBytes(call.activations()));
    int rows = call.x().rows();
    for (int from = 0; from < rows; from += images.atOnce()) {
      images.load(from, Math.min(images.atOnce(), rows - from));
      method.prepare(images);
      convolve(images);
    }
  }

  private void convolve(Images images) {
    int planes = Math.multiplyExact(images.count(), shape.geometry().groups());
    int pieces = Math.ceilDiv(images.parallelism().threads(), planes);
    int block = method.block(images.call().activations(), pieces);
    int blocks = Math.ceilDiv(shape.positions(), block);
    images
        .parallelism()
        .forParts(
            Math.multiplyExact(planes, blocks),
            1,
            (worker, from, to) -> {
              ConvMethod.Worker work = method.worker(images, worker);
              for (int t = from; t < to; t++) {
                work.run(piece(t / blocks, t % blocks * block, block));
              }
            });
  }

  private ConvMethod.Piece piece(int plane, int from, int block) {
    int groups = shape.geometry().groups();
    int count = Math.min(block, shape.positions() - from);
    return new ConvMethod.Piece(plane / groups, plane % groups, from, count);
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
