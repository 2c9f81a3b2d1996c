package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;

/** Convolution as products of patches, the tokens, with the weights of a group. */
final class PatchConv implements ConvMethod {

  /** Patches and results of this many bytes stay in the second-level cache. */
  private static final long BLOCK_BYTES = 256 << 10;

  /** A block is a multiple of this many positions. */
  private static final int STEP = 32;

  /** Channels whose results are turned around at once: they share a cache line. */
  private static final int CHANNELS = 8;

  private final ConvShape shape;
  private final Patches patches;
  private final PreparedMatrix[] groups;

  private PatchConv(
      TernaryKernel kernel, TernaryMatrix weights, Epilogue epilogue, Patches patches) {
    this.shape = patches.shape();
    this.patches = patches;
    int count = shape.geometry().groups();
    int rows = shape.outChannels() / count;
    groups = new PreparedMatrix[count];
    for (int g = 0; g < count; g++) {
      int from = g * rows;
      groups[g] = kernel.prepare(weights.rows(from, from + rows), epilogue.rows(from, from + rows));
    }
  }

  /** With weights and patches in the order {@code [channel, row, column]} of the weights. */
  static PatchConv inOrder(
      TernaryKernel kernel, TernaryMatrix weights, Epilogue epilogue, ConvShape shape) {
    return new PatchConv(kernel, weights, epilogue, new GatheredPatches(shape));
  }

  /**
   * With weights and patches in the order {@code [row, column, channel]}, in which a patch is a few
   * long runs of an image with the channels last.
   */
  static PatchConv reordered(
      TernaryKernel kernel, TernaryMatrix weights, Epilogue epilogue, ConvShape shape) {
    int window = shape.kernelH() * shape.kernelW();
    int channels = shape.patch() / window;
    byte[] trits = weights.trits();
    weights.forEachRow((row, from) -> {
      int at = row * from.length;
      for (int k = 0; k < window; k++) {
        for (int channel = 0; channel < channels; channel++) {
          trits[at++] = from[channel * window + k];
        }
      }
    });
    TernaryMatrix moved =
        TernaryMatrix.pack(
            weights.rows(), weights.cols(), trits, weights.packing(), weights.scales());
    return new PatchConv(kernel, moved, epilogue, new ChannelsLastPatches(shape));
  }

  private static int elementBytes(Activations activations) {
    return switch (activations) {
      case INT8 -> Byte.BYTES;
      case FLOAT32 -> Float.BYTES;
    };
  }

  @Override
  public int block(Activations activations, int pieces) {
    long patchBytes = (long) elementBytes(activations) * shape.patch();
    long resultBytes = (long) Float.BYTES * groups[0].rows();
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
  public long imageBytes(Activations activations) {
    return patches.imageBytes(elementBytes(activations));
  }

  @Override
  public void prepare(Images images) {
    patches.prepare(images);
  }

  @Override
  public Worker worker(Images images, int worker) {
    return new PatchWorker(images, worker);
  }

  @Override
  public void close() {
    for (PreparedMatrix group : groups) {
      group.close();
    }
  }

  /** The scratch of one worker in one call. */
  private final class PatchWorker implements Worker {
    private final Images images;
    private final int worker;
    private final Workspace products;

    PatchWorker(Images images, int worker) {
      this.images = images;
      this.worker = worker;
      products = images.call().workspace().products(worker);
    }

    @Override
    public void run(Piece piece) {
      int count = piece.count();
      int rows = groups[piece.group()].rows();
      long columnBytes = (long) images.elementBytes() * count * shape.patch();
      long resultBytes = (long) Float.BYTES * count * rows;
      long scaleBytes = (long) Float.BYTES * count;
      long resultAt = Images.align(columnBytes);
      long scaleAt = resultAt + Images.align(resultBytes);
      MemorySegment memory = images.call().workspace().local(worker, scaleAt + scaleBytes);
      MemorySegment columns = memory.asSlice(0, columnBytes);
      var sums = new FloatMatrix(count, rows, memory.asSlice(resultAt, resultBytes));
      patches.copy(images, piece, columns);
      if (images.call().int8()) {
        MemorySegment scales = memory.asSlice(scaleAt, scaleBytes);
        float scale = images.scale(piece.image());
        for (int p = 0; p < count; p++) {
          scales.setAtIndex(JAVA_FLOAT_UNALIGNED, p, scale);
        }
        var tokens = new Int8Matrix(count, shape.patch(), columns, scales);
        groups[piece.group()].matMul(tokens, sums, products);
      } else {
        groups[piece.group()].matMul(
            new FloatMatrix(count, shape.patch(), columns), sums, products);
      }
      store(sums, piece);
    }

    /** Turns {@code [positions, channels]} around. */
    private void store(FloatMatrix sums, Piece piece) {
      int rows = sums.cols();
      int count = sums.rows();
      ConvWorkspace workspace = images.call().workspace();
      float[] results = workspace.floats(worker, 0, count * rows);
      float[] turned = workspace.floats(worker, 1, count * CHANNELS);
      MemorySegment.copy(sums.values(), JAVA_FLOAT_UNALIGNED, 0, results, 0, count * rows);
      MemorySegment y = images.call().y().values();
      long out =
          (long) images.number(piece.image()) * shape.outSize()
              + (long) piece.group() * rows * shape.positions()
              + piece.from();
      for (int row = 0; row < rows; row += CHANNELS) {
        int channels = Math.min(CHANNELS, rows - row);
        if (channels == CHANNELS) {
          turnEight(results, row, rows, turned, count);
        } else {
          turn(results, row, rows, turned, count);
        }
        for (int c = 0; c < channels; c++, out += shape.positions()) {
          MemorySegment.copy(turned, c * count, y, JAVA_FLOAT_UNALIGNED, Float.BYTES * out, count);
        }
      }
    }

    private static void turnEight(float[] from, int row, int rows, float[] to, int count) {
      for (int p = 0, at = row; p < count; p++, at += rows) {
        to[p] = from[at];
        to[count + p] = from[at + 1];
        to[2 * count + p] = from[at + 2];
        to[3 * count + p] = from[at + 3];
        to[4 * count + p] = from[at + 4];
        to[5 * count + p] = from[at + 5];
        to[6 * count + p] = from[at + 6];
        to[7 * count + p] = from[at + 7];
      }
    }

    private static void turn(float[] from, int row, int rows, float[] to, int count) {
      for (int c = 0; c < rows - row; c++) {
        for (int p = 0; p < count; p++) {
          to[c * count + p] = from[p * rows + row + c];
        }
      }
    }
  }
}
