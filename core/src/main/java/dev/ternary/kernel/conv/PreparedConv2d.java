package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;

/**
 * A two-dimensional convolution with ternary weights, ready to run on images of one size. Patches
 * are copied into a small buffer, some output positions at a time, and multiplied there; so memory
 * stays bounded for any image. Immutable and safe to share between threads; each thread brings its
 * own {@link ConvWorkspace}. Owns its memory until it is closed.
 *
 * <p>Images are rows of a matrix: {@code x} is {@code [images, channels * height * width]} and
 * {@code y} is {@code [images, outChannels * outHeight * outWidth]}, both in the order channel,
 * row, column.
 */
public final class PreparedConv2d implements AutoCloseable {

  /** Patches of this many bytes stay in the second-level cache. */
  private static final long PATCH_BYTES = 256 << 10;

  private final TernaryKernel kernel;
  private final ConvShape shape;
  private final PreparedMatrix[] groups;
  private final float[] bias;
  private final Patches patches;
  private final int block;

  private PreparedConv2d(
      TernaryKernel kernel, ConvShape shape, PreparedMatrix[] groups, float[] bias) {
    this.kernel = kernel;
    this.shape = shape;
    this.groups = groups;
    this.bias = bias;
    this.patches = new Patches(shape);
    long fit = Math.max(32, PATCH_BYTES / (4L * Math.max(1, shape.patch())) / 32 * 32);
    this.block = (int) Math.min(shape.positions(), fit);
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
    int count = shape.geometry().groups();
    int rows = shape.outChannels() / count;
    PreparedMatrix[] groups = new PreparedMatrix[count];
    for (int g = 0; g < count; g++) {
      groups[g] = kernel.prepare(weights.rows(g * rows, (g + 1) * rows));
    }
    return new PreparedConv2d(kernel, shape, groups, bias.clone());
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
    apply(x, y, workspace, true);
  }

  /**
   * Convolves with float32 activations; the error bound is that of {@link PreparedMatrix} with
   * {@code patch} columns.
   *
   * @throws IllegalArgumentException if a shape does not fit
   * @throws IllegalStateException if this convolution is closed
   */
  public void applyFloat32(FloatMatrix x, FloatMatrix y, ConvWorkspace workspace) {
    apply(x, y, workspace, false);
  }

  private void apply(FloatMatrix x, FloatMatrix y, ConvWorkspace workspace, boolean int8) {
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
    int blocks = Math.ceilDiv(shape.positions(), block);
    int tasks = Math.multiplyExact(Math.multiplyExact(x.rows(), groups.length), blocks);
    workspace
        .parallelism()
        .forParts(
            tasks,
            1,
            (worker, from, to) -> {
              var task = new Task(x, y, workspace, worker, int8);
              for (int t = from; t < to; t++) {
                task.run(t / blocks / groups.length, t / blocks % groups.length, t % blocks);
              }
            });
  }

  /** The scratch of one worker in one call. */
  private final class Task {
    private final FloatMatrix x;
    private final FloatMatrix y;
    private final Workspace products;
    private final boolean int8;
    private final MemorySegment columns;
    private final MemorySegment quantized;
    private final MemorySegment scales;
    private final MemorySegment result;

    Task(FloatMatrix x, FloatMatrix y, ConvWorkspace workspace, int worker, boolean int8) {
      this.x = x;
      this.y = y;
      this.int8 = int8;
      products = workspace.products(worker);
      int rows = shape.outChannels() / groups.length;
      long columnBytes = align(4L * block * shape.patch());
      long resultBytes = align(4L * block * rows);
      long quantizedBytes = int8 ? align((long) block * shape.patch()) : 0;
      long scaleBytes = align(4L * block);
      MemorySegment memory =
          workspace.memory(worker, columnBytes + resultBytes + quantizedBytes + scaleBytes);
      columns = memory.asSlice(0, columnBytes);
      result = memory.asSlice(columnBytes, resultBytes);
      scales = memory.asSlice(columnBytes + resultBytes, scaleBytes);
      quantized = memory.asSlice(columnBytes + resultBytes + scaleBytes, quantizedBytes);
    }

    private static long align(long bytes) {
      return Math.ceilDiv(bytes, 64L) * 64;
    }

    void run(int image, int group, int blockIndex) {
      int from = blockIndex * block;
      int count = Math.min(block, shape.positions() - from);
      int patch = shape.patch();
      int rows = groups[group].rows();
      int groupSize = shape.inSize() / groups.length;
      patches.copy(
          x.values(),
          (long) image * shape.inSize() + (long) group * groupSize,
          from,
          count,
          columns);
      var tokens = new FloatMatrix(count, patch, columns.asSlice(0, 4L * count * patch));
      var sums = new FloatMatrix(count, rows, result.asSlice(0, 4L * count * rows));
      if (int8) {
        var q =
            new Int8Matrix(
                count,
                patch,
                quantized.asSlice(0, (long) count * patch),
                scales.asSlice(0, 4L * count));
        kernel.quantize(tokens, q);
        groups[group].matMul(q, sums, products);
      } else {
        groups[group].matMul(tokens, sums, products);
      }
      long out = (long) image * shape.outSize() + (long) group * rows * shape.positions() + from;
      store(sums, group * rows, out);
    }

    /** Turns {@code [positions, channels]} around and adds the bias. */
    private void store(FloatMatrix sums, int firstChannel, long out) {
      MemorySegment to = y.values();
      for (int row = 0; row < sums.cols(); row++) {
        float add = bias.length == 0 ? 0 : bias[firstChannel + row];
        long at = out + (long) row * shape.positions();
        for (int p = 0; p < sums.rows(); p++) {
          to.setAtIndex(JAVA_FLOAT_UNALIGNED, at + p, sums.get(p, row) + add);
        }
      }
    }
  }

  /** Frees the memory; further convolutions are refused. May be called again. */
  @Override
  public void close() {
    for (PreparedMatrix group : groups) {
      group.close();
    }
  }
}
