package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.Patches.Piece;
import dev.ternary.kernel.conv.spi.ConvolutionCall;
import java.lang.foreign.MemorySegment;

/**
 * Convolution as products of patches, the tokens, with the weights of a group: for kernels that
 * have no code of their own for it.
 */
final class PatchConv implements ConvMethod {

  /** Patches and results of this many bytes stay in the second-level cache. */
  private static final long BLOCK_BYTES = 256 << 10;

  /** A block is a multiple of this many positions. */
  private static final int STEP = 32;

  private final TernaryKernel kernel;
  private final Patches patches;
  private final ConvShape shape;
  private final boolean relu;
  private final PatchProducts products;

  /**
   * Takes ownership of {@code products}.
   *
   * @param kernel quantizes
   * @param products whose columns have the order of the patches
   * @param relu whether ReLU comes last
   */
  PatchConv(TernaryKernel kernel, Patches patches, PatchProducts products, boolean relu) {
    this.kernel = kernel;
    this.patches = patches;
    this.products = products;
    this.relu = relu;
    shape = patches.shape();
  }

  private int rows() {
    return shape.outChannels() / shape.geometry().groups();
  }

  /**
   * Output positions that one piece of work covers, at most.
   *
   * @param pieces how many pieces are wanted for each group of an image, to give all threads work
   */
  private int block(Activations activations, int pieces) {
    int elementBytes = activations == Activations.INT8 ? Byte.BYTES : Float.BYTES;
    long patchBytes = (long) elementBytes * shape.patch();
    long resultBytes = (long) Float.BYTES * rows();
    long fit = Math.max(STEP, BLOCK_BYTES / (patchBytes + resultBytes) / STEP * STEP);
    // A sum of floats may depend on the number of tokens, so it must not depend on the threads.
    long wanted =
        switch (activations) {
          case INT8 -> Math.ceilDiv(shape.positions(), pieces * (long) STEP) * STEP;
          case FLOAT32 -> shape.positions();
        };
    return (int) Math.min(shape.positions(), Math.min(fit, wanted));
  }

  @Override
  public void apply(ConvolutionCall call, ConvWorkspace workspace) {
    var images = new Images(call, kernel, workspace);
    for (int from = 0; from < call.images(); from += images.atOnce()) {
      images.load(from, Math.min(images.atOnce(), call.images() - from));
      convolve(images);
    }
    Maxima.store(call, workspace);
  }

  private void convolve(Images images) {
    int groups = shape.geometry().groups();
    int planes = Math.multiplyExact(images.count(), groups);
    int pieces = Math.ceilDiv(images.parallelism().threads(), planes);
    int block = block(images.call().activations(), pieces);
    int blocks = Math.ceilDiv(shape.positions(), block);
    images
        .parallelism()
        .forParts(
            Math.multiplyExact(planes, blocks),
            1,
            (worker, from, to) -> {
              for (int t = from; t < to; t++) {
                multiply(images, worker, piece(t / blocks, t % blocks * block, block));
              }
            });
  }

  private Piece piece(int plane, int from, int block) {
    int groups = shape.geometry().groups();
    int count = Math.min(block, shape.positions() - from);
    return new Piece(plane / groups, plane % groups, from, count);
  }

  private void multiply(Images images, int worker, Piece piece) {
    int count = piece.count();
    int rows = rows();
    long columnBytes = Images.align((long) images.elementBytes() * count * shape.patch());
    long resultBytes = (long) Float.BYTES * count * rows;
    MemorySegment memory = images.workspace().local(worker, columnBytes + resultBytes);
    MemorySegment columns = memory.asSlice(0, (long) images.elementBytes() * count * shape.patch());
    var sums = new FloatMatrix(count, rows, memory.asSlice(columnBytes, resultBytes));
    patches.copy(images, piece, columns);
    products.multiply(images, worker, piece, columns, sums);
    store(images, worker, sums, piece);
  }

  /** Through arrays, in which loops are several times faster than in memory segments. */
  private void store(Images images, int worker, FloatMatrix sums, Piece piece) {
    ConvolutionCall call = images.call();
    int rows = sums.cols();
    int size = sums.rows() * rows;
    float[] results = images.workspace().floats(worker, 0, size);
    MemorySegment.copy(sums.values(), JAVA_FLOAT_UNALIGNED, 0, results, 0, size);
    var target =
        new Rows(
            sums.rows(),
            rows,
            shape.outChannels(),
            (long) images.number(piece.image()) * shape.outSize()
                + (long) piece.from() * shape.outChannels()
                + (long) piece.group() * rows);
    if (call.addend().isPresent()) {
      float[] addends = images.workspace().floats(worker, 1, size);
      target.load(call.addend().get().values(), addends, 0);
      for (int i = 0; i < size; i++) {
        results[i] += addends[i];
      }
    }
    if (relu) {
      for (int i = 0; i < size; i++) {
        results[i] = Math.max(results[i], 0f);
      }
    }
    target.store(results, call.y().values().values());
  }

  @Override
  public void close() {
    products.close();
  }
}
