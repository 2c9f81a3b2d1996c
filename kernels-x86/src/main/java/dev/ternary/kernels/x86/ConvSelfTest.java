package dev.ternary.kernels.x86;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.ConvWorkspace;
import dev.ternary.kernel.conv.FeatureMaps;
import dev.ternary.kernel.conv.PreparedConv2d;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.util.Optional;

/** As {@link SelfTest}, two small convolutions, which the scalar kernel is asked for too. */
final class ConvSelfTest {

  private static final int CHANNELS = 35;

  private static final ConvShape[] SHAPES = {
    new ConvShape(3, 3, 4, CHANNELS, 2, 3, ConvGeometry.of(1, 1)),
    new ConvShape(CHANNELS, 2, 3, CHANNELS, 2, 2, ConvGeometry.of(1, 1).withGroups(CHANNELS)),
  };

  private ConvSelfTest() {}

  /** What is wrong with the kernel; empty if nothing is. */
  static Optional<String> fault(TernaryKernel kernel) {
    for (ConvShape shape : SHAPES) {
      float[] expected = results(Kernels.scalar(), shape);
      float[] actual = results(kernel, shape);
      for (int i = 0; i < expected.length; i++) {
        // Those of int8 come first, and must be the same; the others are sums of up to 18 terms.
        double bound = i < expected.length / 2 ? 0 : 1e-4;
        if (!(Math.abs(expected[i] - actual[i]) <= bound)) {
          return Optional.of("its self-test failed: the convolution " + shape + " is wrong");
        }
      }
    }
    return Optional.empty();
  }

  private static float[] results(TernaryKernel kernel, ConvShape shape) {
    byte[] trits = new byte[CHANNELS * shape.patch()];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (Integer.remainderUnsigned(i * 0x9e37_79b1, 3) - 1);
    }
    float[] bias = new float[CHANNELS];
    float[] scales = new float[CHANNELS];
    for (int i = 0; i < CHANNELS; i++) {
      bias[i] = (i % 5 - 2) * 0.3f;
      scales[i] = (i % 7 - 3) * 0.37f;
    }
    TernaryMatrix w =
        TernaryMatrix.pack(CHANNELS, shape.patch(), trits, Packing.twoBit(), Scales.perRow(scales));
    float[] x = new float[shape.inSize()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (i * 37 % 64 - 31) / 32f;
    }
    float[] results = new float[2 * shape.outSize()];
    try (var conv = PreparedConv2d.prepare(kernel, w, Epilogue.bias(bias).withRelu(), shape);
        var workspace = new ConvWorkspace(Parallelism.single())) {
      int at = 0;
      for (Activations form : Activations.values()) {
        float[] y = new float[shape.outSize()];
        conv.applyChannelsLast(
            FeatureMaps.of(FloatMatrix.of(1, x.length, x)),
            FeatureMaps.of(FloatMatrix.of(1, y.length, y)),
            form,
            workspace);
        System.arraycopy(y, 0, results, at, y.length);
        at += y.length;
      }
    }
    return results;
  }
}
