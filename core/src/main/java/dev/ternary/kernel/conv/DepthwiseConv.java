package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.spi.ConvolutionCall;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Convolution of each channel by itself, in loops over the channels. Its patches are too short for
 * products of matrices. Rounded activations are held as floats: their sums are exact below 2^24,
 * and the roundings behind them are those of the kernels, so the bits are theirs too.
 */
final class DepthwiseConv implements ConvMethod {

  private final TernaryKernel kernel;
  private final ConvShape shape;
  private final Epilogue epilogue;

  /** By element of the window: the weights of all output channels. */
  private final float[][] weights;

  /** A factor an output channel; none for float32 weights. */
  private final float[] scales;

  /** Takes weights {@code [outChannels, kernelH * kernelW]}, row-major. */
  DepthwiseConv(
      TernaryKernel kernel, float[] weights, float[] scales, Epilogue epilogue, ConvShape shape) {
    this.kernel = kernel;
    this.shape = shape;
    this.epilogue = epilogue;
    this.scales = scales;
    int window = shape.patch();
    this.weights = new float[window][shape.outChannels()];
    for (int k = 0; k < window; k++) {
      for (int channel = 0; channel < shape.outChannels(); channel++) {
        this.weights[k][channel] = weights[channel * window + k];
      }
    }
  }

  @Override
  public void apply(ConvolutionCall call, ConvWorkspace workspace) {
    var images = new Images(call, kernel, workspace);
    for (int from = 0; from < call.images(); from += images.atOnce()) {
      images.load(from, Math.min(images.atOnce(), call.images() - from));
      images
          .parallelism()
          .forParts(
              Math.multiplyExact(images.count(), shape.outHeight()),
              1,
              (worker, start, end) -> {
                var rows = new RowWorker(images, worker);
                for (int row = start; row < end; row++) {
                  rows.run(row / shape.outHeight(), row % shape.outHeight());
                }
              });
    }
    Maxima.store(call, workspace);
  }

  @Override
  public void close() {
    // Its weights are arrays.
  }

  /** One worker's part: rows of the output, one after another. */
  private final class RowWorker {
    private final Images images;
    private final int channels = shape.channels();
    private final int outChannels = shape.outChannels();
    private final int width = shape.width() * channels;
    private final float[] row;
    private final float[] sums;

    RowWorker(Images images, int worker) {
      this.images = images;
      row = images.workspace().floats(worker, 0, width);
      sums = images.workspace().floats(worker, 1, 2 * shape.outWidth() * outChannels);
    }

    void run(int image, int outRow) {
      ConvGeometry g = shape.geometry();
      int size = shape.outWidth() * outChannels;
      Arrays.fill(sums, 0, size, 0);
      for (int kernelRow = 0; kernelRow < shape.kernelH(); kernelRow++) {
        int from = outRow * g.strideH() - g.padH() + kernelRow * g.dilationH();
        if (from >= 0 && from < shape.height()) {
          load(images.start(image) + (long) from * width);
          for (int k = 0; k < shape.kernelW(); k++) {
            add(weights[kernelRow * shape.kernelW() + k], k * g.dilationW() - g.padW());
          }
        }
      }
      finish(image, size);
      var target =
          new Rows(
              1, size, size, (long) images.number(image) * shape.outSize() + (long) outRow * size);
      if (images.call().addend().isPresent()) {
        target.load(images.call().addend().get().values(), sums, size);
        for (int i = 0; i < size; i++) {
          sums[i] += sums[size + i];
        }
      }
      if (epilogue.hasRelu()) {
        for (int i = 0; i < size; i++) {
          sums[i] = Math.max(sums[i], 0f);
        }
      }
      target.store(sums, images.call().y().values().values());
    }

    private void load(long from) {
      MemorySegment values = images.values();
      if (images.call().int8()) {
        for (int i = 0; i < width; i++) {
          row[i] = values.get(JAVA_BYTE, from + i);
        }
      } else {
        MemorySegment.copy(values, JAVA_FLOAT_UNALIGNED, Float.BYTES * from, row, 0, width);
      }
    }

    /** Adds one element of the window, which meets column {@code offset} first. */
    private void add(float[] w, int offset) {
      int stride = shape.geometry().strideW();
      int perGroup = outChannels / channels;
      for (int p = 0; p < shape.outWidth(); p++) {
        int column = offset + p * stride;
        if (column < 0 || column >= shape.width()) {
          continue;
        }
        int from = column * channels;
        int to = p * outChannels;
        if (perGroup == 1) {
          for (int c = 0; c < channels; c++) {
            sums[to + c] += w[c] * row[from + c];
          }
        } else {
          for (int o = 0; o < outChannels; o++) {
            sums[to + o] += w[o] * row[from + o / perGroup];
          }
        }
      }
    }

    private void finish(int image, int size) {
      if (scales.length > 0) {
        for (int i = 0; i < size; i += outChannels) {
          for (int c = 0; c < outChannels; c++) {
            sums[i + c] *= scales[c];
          }
        }
      }
      if (images.call().int8()) {
        float step = images.scale(image);
        for (int i = 0; i < size; i++) {
          sums[i] *= step;
        }
      }
      if (!epilogue.isNone()) {
        for (int i = 0; i < size; i += outChannels) {
          for (int c = 0; c < outChannels; c++) {
            sums[i + c] += epilogue.biasAt(c);
          }
        }
      }
    }
  }
}
