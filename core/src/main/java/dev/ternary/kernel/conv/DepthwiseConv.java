package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Convolution of each channel by itself. Its patches are too short for products of matrices, so
 * this computes all positions of an output row at once, in loops that become vector code. The
 * roundings are those of the kernels, so the bits are theirs too.
 */
final class DepthwiseConv implements ConvMethod {

  private final ConvShape shape;
  private final Epilogue epilogue;
  private final float[][] trits;
  private final float[] scales;

  DepthwiseConv(TernaryMatrix weights, Epilogue epilogue, ConvShape shape) {
    this.shape = shape;
    this.epilogue = epilogue;
    trits = new float[weights.rows()][weights.cols()];
    scales = new float[weights.rows()];
    weights.forEachRow((row, from) -> {
      scales[row] = weights.scales().at(row, 0, weights.cols());
      for (int k = 0; k < from.length; k++) {
        trits[row][k] = from[k];
      }
    });
  }

  /** Whole groups, so that each channel is padded once. */
  @Override
  public int block(Activations activations, int pieces) {
    return shape.positions();
  }

  @Override
  public long imageBytes(Activations activations) {
    return 0;
  }

  @Override
  public void prepare(Images images) {
    // Each worker pads the channels that it works on.
  }

  @Override
  public Worker worker(Images images, int worker) {
    return new PlaneWorker(images, worker);
  }

  @Override
  public void close() {
    // Its weights are arrays.
  }

  private final class PlaneWorker implements Worker {
    private final Images images;
    private final int width;
    private final float[] plane;
    private final int count;
    private final float[] sums;

    PlaneWorker(Images images, int worker) {
      this.images = images;
      ConvWorkspace workspace = images.call().workspace();
      ConvGeometry g = shape.geometry();
      width = shape.width() + 2 * g.padW();
      int size = width * (shape.height() + 2 * g.padH());
      plane = workspace.floats(worker, 0, size);
      Arrays.fill(plane, 0, size, 0);
      count = shape.outWidth();
      sums = workspace.floats(worker, 1, count);
    }

    @Override
    public void run(Piece piece) {
      int perGroup = shape.outChannels() / shape.channels();
      pad(images.start(piece.image()) + (long) piece.group() * shape.height() * shape.width());
      MemorySegment y = images.call().y().values();
      int firstChannel = piece.group() * perGroup;
      long out =
          (long) images.number(piece.image()) * shape.outSize()
              + (long) firstChannel * shape.positions();
      for (int o = 0; o < perGroup; o++) {
        for (int row = 0; row < shape.outHeight(); row++, out += count) {
          Arrays.fill(sums, 0, count, 0);
          add(row * shape.geometry().strideH() * width, trits[firstChannel + o]);
          finish(firstChannel + o, piece.image());
          MemorySegment.copy(sums, 0, y, JAVA_FLOAT_UNALIGNED, Float.BYTES * out, count);
        }
      }
    }

    /** Copies the channel that starts at element {@code from}; the padding is there already. */
    private void pad(long from) {
      ConvGeometry g = shape.geometry();
      MemorySegment values = images.values();
      long at = from;
      for (int row = 0; row < shape.height(); row++, at += shape.width()) {
        int to = (row + g.padH()) * width + g.padW();
        if (images.call().int8()) {
          for (int column = 0; column < shape.width(); column++) {
            plane[to + column] = values.get(JAVA_BYTE, at + column);
          }
        } else {
          MemorySegment.copy(
              values, JAVA_FLOAT_UNALIGNED, Float.BYTES * at, plane, to, shape.width());
        }
      }
    }

    /** Adds the windows whose first row starts at {@code top}; exact for int8. */
    private void add(int top, float[] weights) {
      ConvGeometry g = shape.geometry();
      for (int k = 0; k < weights.length; k++) {
        if (weights[k] != 0) {
          int row = k / shape.kernelW() * g.dilationH();
          int column = k % shape.kernelW() * g.dilationW();
          add(top + row * width + column, weights[k]);
        }
      }
    }

    private void add(int at, float trit) {
      int stride = shape.geometry().strideW();
      if (stride == 1) {
        for (int p = 0; p < count; p++) {
          sums[p] += trit * plane[at + p];
        }
        return;
      }
      for (int p = 0; p < count; p++) {
        sums[p] += trit * plane[at + p * stride];
      }
    }

    private void finish(int channel, int image) {
      float scale = scales[channel];
      for (int p = 0; p < count; p++) {
        sums[p] *= scale;
      }
      if (images.call().int8()) {
        float step = images.scale(image);
        for (int p = 0; p < count; p++) {
          sums[p] *= step;
        }
      }
      if (!epilogue.isNone()) {
        float add = epilogue.biasAt(channel);
        for (int p = 0; p < count; p++) {
          sums[p] += add;
        }
      }
      if (epilogue.hasRelu()) {
        for (int p = 0; p < count; p++) {
          sums[p] = Math.max(sums[p], 0f);
        }
      }
    }
  }
}
