package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;

/** Convolution as products of patches, the tokens, with the weights of a group. */
final class PatchConv implements ConvMethod {

  /** Patches of this many bytes stay in the second-level cache. */
  private static final long PATCH_BYTES = 256 << 10;

  private final TernaryKernel kernel;
  private final ConvShape shape;
  private final PreparedMatrix[] groups;
  private final float[] bias;
  private final boolean channelsLast;
  private final int block;

  private PatchConv(
      TernaryKernel kernel,
      TernaryMatrix weights,
      float[] bias,
      ConvShape shape,
      boolean channelsLast) {
    this.kernel = kernel;
    this.shape = shape;
    this.bias = bias;
    this.channelsLast = channelsLast;
    int count = shape.geometry().groups();
    int rows = shape.outChannels() / count;
    groups = new PreparedMatrix[count];
    for (int g = 0; g < count; g++) {
      groups[g] = kernel.prepare(weights.rows(g * rows, (g + 1) * rows));
    }
    long fit = Math.max(32, PATCH_BYTES / (4L * Math.max(1, shape.patch())) / 32 * 32);
    this.block = (int) Math.min(shape.positions(), fit);
  }

  /** With weights and patches in the order {@code [channel, row, column]} of the weights. */
  static PatchConv inOrder(
      TernaryKernel kernel, TernaryMatrix weights, float[] bias, ConvShape shape) {
    return new PatchConv(kernel, weights, bias, shape, false);
  }

  /**
   * With weights and patches in the order {@code [row, column, channel]}, in which a patch is a few
   * long runs of an image with the channels last.
   */
  static PatchConv reordered(
      TernaryKernel kernel, TernaryMatrix weights, float[] bias, ConvShape shape) {
    int window = shape.kernelH() * shape.kernelW();
    int channels = shape.patch() / window;
    byte[] row = new byte[weights.cols()];
    byte[] trits = new byte[Math.multiplyExact(weights.rows(), weights.cols())];
    for (int r = 0; r < weights.rows(); r++) {
      weights.unpackRow(r, row);
      int at = r * row.length;
      for (int k = 0; k < window; k++) {
        for (int channel = 0; channel < channels; channel++) {
          trits[at++] = row[channel * window + k];
        }
      }
    }
    TernaryMatrix moved =
        TernaryMatrix.pack(
            weights.rows(), weights.cols(), trits, weights.packing(), weights.scales());
    return new PatchConv(kernel, moved, bias, shape, true);
  }

  @Override
  public int block() {
    return block;
  }

  @Override
  public Worker worker(Call call, int worker) {
    return new PatchWorker(call, worker);
  }

  @Override
  public void close() {
    for (PreparedMatrix group : groups) {
      group.close();
    }
  }

  /** The scratch of one worker in one call. */
  private final class PatchWorker implements Worker {
    private final Call call;
    private final Workspace products;
    private final Patches patches;
    private final MemorySegment columns;
    private final MemorySegment quantized;
    private final MemorySegment scales;
    private final MemorySegment result;
    private final float[] results;
    private final float[] plane;

    PatchWorker(Call call, int worker) {
      this.call = call;
      ConvWorkspace workspace = call.workspace();
      products = workspace.products(worker);
      patches =
          channelsLast
              ? new ChannelsLastPatches(shape, workspace, worker)
              : new GatheredPatches(shape);
      int rows = shape.outChannels() / groups.length;
      long columnBytes = align(4L * block * shape.patch());
      long resultBytes = align(4L * block * rows);
      long quantizedBytes = call.int8() ? align((long) block * shape.patch()) : 0;
      long scaleBytes = align(4L * block);
      MemorySegment memory =
          workspace.memory(worker, columnBytes + resultBytes + quantizedBytes + scaleBytes);
      columns = memory.asSlice(0, columnBytes);
      result = memory.asSlice(columnBytes, resultBytes);
      scales = memory.asSlice(columnBytes + resultBytes, scaleBytes);
      quantized = memory.asSlice(columnBytes + resultBytes + scaleBytes, quantizedBytes);
      results = workspace.floats(worker, 2, block * rows);
      plane = workspace.floats(worker, 3, block);
    }

    private static long align(long bytes) {
      return Math.ceilDiv(bytes, 64L) * 64;
    }

    @Override
    public void run(int image, int group, int from, int count) {
      int patch = shape.patch();
      int rows = groups[group].rows();
      int groupSize = shape.inSize() / groups.length;
      long start = (long) image * shape.inSize() + (long) group * groupSize;
      patches.copy(call.x().values(), start, from, count, columns);
      var tokens = new FloatMatrix(count, patch, columns.asSlice(0, 4L * count * patch));
      var sums = new FloatMatrix(count, rows, result.asSlice(0, 4L * count * rows));
      if (call.int8()) {
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
      store(sums, group * rows, (long) image * shape.outSize() + from);
    }

    /** Turns {@code [positions, channels]} around and adds the bias. */
    private void store(FloatMatrix sums, int firstChannel, long out) {
      int rows = sums.cols();
      int count = sums.rows();
      MemorySegment.copy(sums.values(), JAVA_FLOAT_UNALIGNED, 0, results, 0, count * rows);
      for (int row = 0; row < rows; row++) {
        float add = bias[firstChannel + row];
        for (int p = 0; p < count; p++) {
          plane[p] = results[p * rows + row] + add;
        }
        long at = out + (long) (firstChannel + row) * shape.positions();
        MemorySegment.copy(plane, 0, call.y().values(), JAVA_FLOAT_UNALIGNED, 4 * at, count);
      }
    }
  }
}
