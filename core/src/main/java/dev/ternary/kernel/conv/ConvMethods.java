package dev.ternary.kernel.conv;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.spi.ConvolutionKernel;
import dev.ternary.kernel.conv.spi.ConvolutionWeights;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.util.Optional;

/** Chooses how a convolution is computed. */
final class ConvMethods {

  /** So many int8 values have a sum that float32 holds exactly. */
  private static final int MAX_DEPTHWISE_PATCH = 1 << 16;

  private ConvMethods() {}

  /** With ternary weights in the order channel, row, column. */
  static ConvMethod of(
      TernaryKernel kernel, TernaryMatrix weights, Epilogue epilogue, ConvShape shape) {
    if (weights.scales().granularity() instanceof Granularity.PerGroup) {
      // Groups of scales follow the order of the columns.
      return patches(kernel, weights, epilogue, new Patches(shape, true));
    }
    TernaryMatrix moved = channelsLast(weights, shape);
    if (kernel instanceof ConvolutionKernel own) {
      Optional<ConvolutionWeights> prepared = own.convolution(moved, epilogue, shape);
      if (prepared.isPresent()) {
        return new KernelConv(prepared.get());
      }
    }
    if (isDepthwise(shape) && shape.patch() <= MAX_DEPTHWISE_PATCH) {
      return depthwise(kernel, weights, epilogue, shape);
    }
    return patches(kernel, moved, epilogue, new Patches(shape, false));
  }

  /** With float32 weights in the order channel, row, column. */
  static ConvMethod of(TernaryKernel kernel, float[] weights, Epilogue epilogue, ConvShape shape) {
    float[] moved = channelsLast(weights, shape);
    if (kernel instanceof ConvolutionKernel own) {
      Optional<ConvolutionWeights> prepared = own.convolution(moved, epilogue, shape);
      if (prepared.isPresent()) {
        return new KernelConv(prepared.get());
      }
    }
    if (isDepthwise(shape)) {
      return new DepthwiseConv(kernel, weights, new float[0], epilogue, shape);
    }
    return new PatchConv(
        kernel,
        new Patches(shape, false),
        new DenseProducts(moved, epilogue, shape),
        epilogue.hasRelu());
  }

  private static boolean isDepthwise(ConvShape shape) {
    return shape.channels() == shape.geometry().groups();
  }

  private static PatchConv patches(
      TernaryKernel kernel, TernaryMatrix weights, Epilogue epilogue, Patches patches) {
    // What a call adds comes between the bias and ReLU.
    int groups = patches.shape().geometry().groups();
    var products = new TernaryProducts(kernel, weights, epilogue.withoutRelu(), groups);
    return new PatchConv(kernel, patches, products, epilogue.hasRelu());
  }

  private static DepthwiseConv depthwise(
      TernaryKernel kernel, TernaryMatrix weights, Epilogue epilogue, ConvShape shape) {
    float[] trits = weights.withScales(Scales.perTensor(1)).toFloatArray();
    float[] scales = new float[weights.rows()];
    for (int row = 0; row < scales.length; row++) {
      scales[row] = weights.scales().at(row, 0, weights.cols());
    }
    return new DepthwiseConv(kernel, trits, scales, epilogue, shape);
  }

  /** The columns in the order row, column, channel. */
  private static TernaryMatrix channelsLast(TernaryMatrix weights, ConvShape shape) {
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
    return TernaryMatrix.pack(
        weights.rows(), weights.cols(), trits, weights.packing(), weights.scales());
  }

  private static float[] channelsLast(float[] weights, ConvShape shape) {
    int window = shape.kernelH() * shape.kernelW();
    int patch = shape.patch();
    int channels = patch / window;
    float[] moved = new float[weights.length];
    for (int i = 0; i < moved.length; i++) {
      int column = i % patch;
      moved[i] = weights[i - column + column % channels * window + column / channels];
    }
    return moved;
  }
}
