package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.ActivationQuantizer;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Convolution of each channel by itself. Its patches are too short for products of matrices, so
 * this computes all positions of an output row at once, in loops that become vector code. The
 * roundings are those of the kernels, so the bits are theirs too.
 */
final class DepthwiseConv implements ConvMethod {

  /** {@code (v + ROUND) - ROUND} is {@code rint(v)} for every {@code |v| < 2^22}. */
  private static final float ROUND = 0x1.8p23f;

  private final ConvShape shape;
  private final float[] bias;
  private final float[][] trits;
  private final float[] scales;

  DepthwiseConv(TernaryMatrix weights, float[] bias, ConvShape shape) {
    this.shape = shape;
    this.bias = bias;
    trits = new float[weights.rows()][weights.cols()];
    scales = new float[weights.rows()];
    byte[] row = new byte[weights.cols()];
    for (int r = 0; r < trits.length; r++) {
      weights.unpackRow(r, row);
      scales[r] = weights.scales().at(r, 0, weights.cols());
      for (int k = 0; k < row.length; k++) {
        trits[r][k] = row[k];
      }
    }
  }

  /** Whole groups, so that each channel is padded once. */
  @Override
  public int block() {
    return shape.positions();
  }

  @Override
  public Worker worker(Call call, int worker) {
    return new PlaneWorker(call, worker);
  }

  @Override
  public void close() {
    // Its weights are arrays.
  }

  private final class PlaneWorker implements Worker {
    private final Call call;
    private final PaddedImage padded;
    private final int count;
    private final float[] sums;
    private final float[] scratch;

    PlaneWorker(Call call, int worker) {
      this.call = call;
      count = shape.outWidth();
      padded = new PaddedImage(shape, call.workspace(), worker);
      sums = call.workspace().floats(worker, 2, count);
      scratch = call.workspace().floats(worker, 3, Math.multiplyExact(3, count));
    }

    @Override
    public void run(int image, int group, int from, int positions) {
      int perGroup = shape.outChannels() / shape.channels();
      long start = ((long) image * shape.channels() + group) * shape.height() * shape.width();
      float[] plane = padded.load(call.x().values(), start);
      MemorySegment y = call.y().values();
      long out = (long) image * shape.outSize() + (long) group * perGroup * shape.positions();
      for (int row = 0; row < shape.outHeight(); row++) {
        int top = row * shape.geometry().strideH() * padded.width();
        if (call.int8()) {
          range(plane, top, row);
        }
        for (int o = 0; o < perGroup; o++) {
          int channel = group * perGroup + o;
          Arrays.fill(sums, 0, count, 0);
          add(plane, top, trits[channel]);
          finish(channel);
          long at = out + (long) o * shape.positions() + (long) row * count;
          MemorySegment.copy(sums, 0, y, JAVA_FLOAT_UNALIGNED, 4 * at, count);
        }
      }
    }

    /** Index in the plane of element {@code k} of the window at the first position of a row. */
    private int offset(int top, int k) {
      ConvGeometry g = shape.geometry();
      return top
          + k / shape.kernelW() * g.dilationH() * padded.width()
          + k % shape.kernelW() * g.dilationW();
    }

    /** Puts {@code 127 / range} and {@code range / 127} of each position into the scratch. */
    private void range(float[] plane, int top, int row) {
      int stride = shape.geometry().strideW();
      Arrays.fill(scratch, 0, count, 0);
      for (int k = 0; k < shape.patch(); k++) {
        largest(plane, offset(top, k), stride);
      }
      boolean finite = true;
      for (int p = 0; p < count; p++) {
        finite &= scratch[p] < Float.POSITIVE_INFINITY;
      }
      if (!finite) {
        refuse(plane, top, row);
      }
      for (int p = 0; p < count; p++) {
        float range = Math.max(scratch[p], ActivationQuantizer.MIN_ABSMAX);
        scratch[count + p] = 127 / range;
        scratch[2 * count + p] = range / 127;
      }
    }

    private void largest(float[] plane, int at, int stride) {
      if (stride == 1) {
        for (int p = 0; p < count; p++) {
          scratch[p] = Math.max(scratch[p], Math.abs(plane[at + p]));
        }
        return;
      }
      for (int p = 0; p < count; p++) {
        scratch[p] = Math.max(scratch[p], Math.abs(plane[at + p * stride]));
      }
    }

    private void refuse(float[] plane, int top, int row) {
      int stride = shape.geometry().strideW();
      for (int p = 0; p < count; p++) {
        for (int k = 0; k < shape.patch(); k++) {
          float value = plane[offset(top, k) + p * stride];
          if (!Float.isFinite(value)) {
            throw new IllegalArgumentException(
                "activation " + value + " at row " + (row * count + p) + ", column " + k);
          }
        }
      }
    }

    private void add(float[] plane, int top, float[] weights) {
      int stride = shape.geometry().strideW();
      for (int k = 0; k < weights.length; k++) {
        if (weights[k] == 0) {
          continue;
        }
        int at = offset(top, k);
        if (call.int8()) {
          addRounded(plane, at, stride, weights[k]);
        } else {
          addExact(plane, at, stride, weights[k]);
        }
      }
    }

    private void addRounded(float[] plane, int at, int stride, float trit) {
      if (stride == 1) {
        for (int p = 0; p < count; p++) {
          sums[p] += trit * ((plane[at + p] * scratch[count + p] + ROUND) - ROUND);
        }
        return;
      }
      for (int p = 0; p < count; p++) {
        sums[p] += trit * ((plane[at + p * stride] * scratch[count + p] + ROUND) - ROUND);
      }
    }

    private void addExact(float[] plane, int at, int stride, float trit) {
      for (int p = 0; p < count; p++) {
        sums[p] += trit * plane[at + p * stride];
      }
    }

    private void finish(int channel) {
      float scale = scales[channel];
      float add = bias[channel];
      if (call.int8()) {
        for (int p = 0; p < count; p++) {
          sums[p] = sums[p] * scale * scratch[2 * count + p] + add;
        }
        return;
      }
      for (int p = 0; p < count; p++) {
        sums[p] = sums[p] * scale + add;
      }
    }
  }
}
