package dev.ternary.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.ConvWorkspace;
import dev.ternary.kernel.conv.PreparedConv2d;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.util.SplittableRandom;

/**
 * One convolution with int8 activations to compute, with a scale an output channel, bias and ReLU.
 *
 * @param shape all sizes
 * @param weights {@code [output channels, patch]}
 * @param epilogue what follows the product
 * @param images the activations {@code [images, channels * height * width]}
 */
record ConvolutionCase(
    ConvShape shape, TernaryMatrix weights, Epilogue epilogue, FloatMatrix images) {

  /** Everything is drawn; channels and output channels may fill no tile, one, or several. */
  static ConvolutionCase random(SplittableRandom random, int size) {
    int groups = 1 + random.nextInt(3);
    int kernelH = 1 + random.nextInt(3);
    int kernelW = 1 + random.nextInt(3);
    int dilation = 1 + random.nextInt(2);
    var shape =
        new ConvShape(
            groups * (1 + random.nextInt(20)),
            dilation * (kernelH - 1) + 1 + random.nextInt(size),
            dilation * (kernelW - 1) + 1 + random.nextInt(size),
            groups * (1 + random.nextInt(40)),
            kernelH,
            kernelW,
            new ConvGeometry(
                1 + random.nextInt(2),
                1 + random.nextInt(3),
                random.nextInt(3),
                random.nextInt(3),
                dilation,
                dilation,
                groups));
    return random(random, shape, 1 + random.nextInt(3));
  }

  /** Everything but the sizes is drawn. */
  static ConvolutionCase random(SplittableRandom random, ConvShape shape, int count) {
    byte[] trits = ProductCase.trits(random, shape.outChannels() * shape.patch());
    var scales = Scales.perRow(ProductCase.floats(random, shape.outChannels()));
    Epilogue epilogue = Epilogue.bias(ProductCase.floats(random, shape.outChannels()));
    return new ConvolutionCase(
        shape,
        TernaryMatrix.pack(shape.outChannels(), shape.patch(), trits, Packing.base243(), scales),
        random.nextBoolean() ? epilogue.withRelu() : epilogue,
        FloatMatrix.of(count, shape.inSize(), ProductCase.floats(random, count * shape.inSize())));
  }

  /** The kernel must give the bits that the scalar one gives. */
  void check(TernaryKernel kernel, int threads) {
    assertThat(outputs(kernel, threads)).as("%s", shape).isEqualTo(expected());
  }

  /** What the scalar kernel gives. */
  float[] expected() {
    return outputs(Kernels.scalar(), 1);
  }

  PreparedConv2d prepare(TernaryKernel kernel) {
    return PreparedConv2d.prepare(kernel, weights, epilogue, shape);
  }

  /** Convolves again and again, with the same result; the message that ends it. */
  String repeatUntilRefused(PreparedConv2d conv, float[] expected, Parallelism parallelism) {
    try (var workspace = new ConvWorkspace(parallelism)) {
      while (true) {
        float[] y;
        try {
          y = outputs(conv, workspace);
        } catch (IllegalStateException e) {
          return String.valueOf(e.getMessage());
        }
        assertThat(y).as("%s", shape).isEqualTo(expected);
      }
    }
  }

  private float[] outputs(TernaryKernel kernel, int threads) {
    try (var conv = prepare(kernel);
        var parallelism = Parallelism.always(threads);
        var workspace = new ConvWorkspace(parallelism)) {
      return outputs(conv, workspace);
    }
  }

  private float[] outputs(PreparedConv2d conv, ConvWorkspace workspace) {
    float[] y = new float[images.rows() * shape.outSize()];
    conv.apply(
        images, FloatMatrix.of(images.rows(), shape.outSize(), y), Activations.INT8, workspace);
    return y;
  }
}
