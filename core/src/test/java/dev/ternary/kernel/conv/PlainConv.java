package dev.ternary.kernel.conv;

import dev.ternary.kernel.Epilogue;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;

/** Convolution as its definition says it, in loops over everything. */
final class PlainConv {

  private final ConvShape shape;
  private final byte[] trits;
  private final Scales scales;
  private final Epilogue epilogue;

  PlainConv(ConvShape shape, TernaryMatrix w, Epilogue epilogue) {
    this.shape = shape;
    this.scales = w.scales();
    this.epilogue = epilogue;
    trits = new byte[w.rows() * w.cols()];
    byte[] row = new byte[w.cols()];
    for (int r = 0; r < w.rows(); r++) {
      w.unpackRow(r, row);
      System.arraycopy(row, 0, trits, r * row.length, row.length);
    }
  }

  /** One output in float64, and the sum of the absolute values of its terms. */
  record Sum(double sum, double absolute) {}

  private interface Term {
    /** Element {@code k} of the patch, which lies at {@code index} of the image. */
    void add(int k, int index);
  }

  private void forPatch(int output, Term term) {
    ConvGeometry g = shape.geometry();
    int o = output / shape.positions();
    int row = output % shape.positions() / shape.outWidth();
    int column = output % shape.outWidth();
    int perGroup = shape.channels() / g.groups();
    int firstChannel = o / (shape.outChannels() / g.groups()) * perGroup;
    int k = 0;
    for (int c = 0; c < perGroup; c++) {
      for (int kr = 0; kr < shape.kernelH(); kr++) {
        for (int kc = 0; kc < shape.kernelW(); kc++, k++) {
          int r = row * g.strideH() - g.padH() + kr * g.dilationH();
          int q = column * g.strideW() - g.padW() + kc * g.dilationW();
          if (r >= 0 && r < shape.height() && q >= 0 && q < shape.width()) {
            term.add(k, ((firstChannel + c) * shape.height() + r) * shape.width() + q);
          }
        }
      }
    }
  }

  /** Output {@code index} of all images with float32 activations. */
  Sum exact(float[] x, int index) {
    int first = index / shape.outSize() * shape.inSize();
    int output = index % shape.outSize();
    int o = output / shape.positions();
    double[] sums = new double[2];
    forPatch(
        output,
        (k, at) -> {
          double product =
              trits[o * shape.patch() + k]
                  * (double) x[first + at]
                  * scales.at(o, k, shape.patch());
          sums[0] += product;
          sums[1] += Math.abs(product);
        });
    double bias = epilogue.biasAt(o);
    double sum = sums[0] + bias;
    return new Sum(epilogue.hasRelu() ? Math.max(sum, 0) : sum, sums[1] + Math.abs(bias));
  }

  /** All outputs with activations rounded to int8, each image with a scale of its own. */
  float[] int8(float[] x, int images) {
    float[] y = new float[images * shape.outSize()];
    int[] q = new int[shape.inSize()];
    for (int image = 0; image < images; image++) {
      float range = 1e-5f;
      for (int i = 0; i < q.length; i++) {
        range = Math.max(range, Math.abs(x[image * q.length + i]));
      }
      for (int i = 0; i < q.length; i++) {
        q[i] = (int) Math.rint(x[image * q.length + i] * (127 / range));
      }
      for (int output = 0; output < shape.outSize(); output++) {
        int o = output / shape.positions();
        float value = scaled(q, output) * (range / 127);
        // Adding nothing may give -0.
        value = epilogue.hasBias() ? value + epilogue.biasAt(o) : value;
        y[image * shape.outSize() + output] = epilogue.hasRelu() ? Math.max(value, 0) : value;
      }
    }
    return y;
  }

  private float scaled(int[] q, int output) {
    int o = output / shape.positions();
    int patch = shape.patch();
    int groupCols = scales.granularity() instanceof Granularity.PerGroup(int cols) ? cols : patch;
    int[] sums = new int[Math.ceilDiv(patch, groupCols)];
    forPatch(output, (k, at) -> sums[k / groupCols] += trits[o * patch + k] * q[at]);
    float sum = sums[0] * scales.at(o, 0, patch);
    for (int group = 1; group < sums.length; group++) {
      sum += sums[group] * scales.at(o, group * groupCols, patch);
    }
    return sum;
  }
}
