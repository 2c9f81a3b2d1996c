package dev.ternary.kernel.contract;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.contract.Placement.Kind;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.ConvWorkspace;
import dev.ternary.kernel.conv.FeatureMaps;
import dev.ternary.kernel.conv.PreparedConv2d;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/**
 * One convolution of images whose channels lie last, compared with loops that are written as the
 * definition says it.
 *
 * @param shape all sizes
 * @param trits {@code [output channels, patch]}
 * @param scales a scale an output channel
 * @param epilogue bias and ReLU
 * @param images how many
 * @param x the activations, in the order row, column, channel
 * @param addend what is added behind the bias; no values for nothing
 */
@SuppressWarnings("ArrayRecordComponent") // for one test alone
record ChannelsLastCase(
    ConvShape shape,
    byte[] trits,
    float[] scales,
    Epilogue epilogue,
    int images,
    float[] x,
    float[] addend) {

  /** Everything is drawn; channels and output channels may fill no vector, one, or several. */
  static ChannelsLastCase random(SplittableRandom random, int size) {
    boolean depthwise = random.nextInt(4) == 0;
    int groups = random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 1;
    int kernelH = 1 + random.nextInt(3);
    int kernelW = 1 + random.nextInt(3);
    int dilationH = 1 + random.nextInt(2);
    int dilationW = 1 + random.nextInt(2);
    int channels = groups * (1 + random.nextInt(random.nextInt(8) == 0 ? 90 : 20));
    int outChannels = groups * (1 + random.nextInt(random.nextInt(4) == 0 ? 80 : 20));
    if (depthwise) {
      channels = 1 + random.nextInt(70);
      groups = channels;
      outChannels = channels * (random.nextInt(3) == 0 ? 2 : 1);
    }
    return random(
        random,
        new ConvShape(
            channels,
            dilationH * (kernelH - 1) + 1 + random.nextInt(size),
            dilationW * (kernelW - 1) + 1 + random.nextInt(2 * size),
            outChannels,
            kernelH,
            kernelW,
            new ConvGeometry(
                1 + random.nextInt(2),
                1 + random.nextInt(3),
                random.nextInt(3),
                random.nextInt(3),
                dilationH,
                dilationW,
                groups)),
        random.nextInt(4));
  }

  /** Everything but the sizes is drawn. */
  static ChannelsLastCase random(SplittableRandom random, ConvShape shape, int images) {
    int results = images * shape.outSize();
    Epilogue epilogue =
        random.nextBoolean()
            ? Epilogue.none()
            : Epilogue.bias(ProductCase.floats(random, shape.outChannels()));
    float[] scales = ProductCase.floats(random, shape.outChannels());
    float[] addend = random.nextBoolean() ? ProductCase.floats(random, results) : new float[0];
    for (int i = 0; i < addend.length; i += 3) {
      addend[i] = -0f;
    }
    return new ChannelsLastCase(
        shape,
        ProductCase.trits(random, shape.outChannels() * shape.patch()),
        scales,
        random.nextBoolean() ? epilogue.withRelu() : epilogue,
        images,
        ProductCase.floats(random, images * shape.inSize()),
        addend);
  }

  /** How the operands lie and what is known of them. */
  record Manner(Kind kind, int threads, boolean maxima, boolean inPlace) {
    static Manner random(SplittableRandom random) {
      return new Manner(
          Kind.any(random), 1 + random.nextInt(3), random.nextBoolean(), random.nextBoolean());
    }
  }

  /** Fails if a result of the kernel is wrong. */
  void check(TernaryKernel kernel, Manner manner) {
    TernaryMatrix w =
        TernaryMatrix.pack(
            shape.outChannels(), shape.patch(), trits, Packing.base243(), Scales.perRow(scales));
    try (var conv = PreparedConv2d.prepare(kernel, w, epilogue, shape)) {
      check(conv, Activations.INT8, manner);
      check(conv, Activations.FLOAT32, manner);
    }
    float[] dense = w.toFloatArray();
    try (var conv = PreparedConv2d.prepareDense(kernel, dense, epilogue, shape)) {
      check(conv, Activations.FLOAT32, manner);
    }
  }

  private void check(PreparedConv2d conv, Activations activations, Manner manner) {
    try (Arena arena = Arena.ofShared();
        var parallelism = Parallelism.always(manner.threads());
        var workspace = new ConvWorkspace(parallelism)) {
      var placement = new Placement(manner.kind(), arena);
      FeatureMaps in = FeatureMaps.of(place(placement, x, shape.inSize()));
      FloatMatrix y = place(placement, new float[images * shape.outSize()], shape.outSize());
      FeatureMaps out = FeatureMaps.of(y);
      if (manner.maxima()) {
        in = in.with(place(placement, maxima(x), 1));
        out = out.with(place(placement, new float[images], 1));
      }
      if (addend.length == 0) {
        conv.applyChannelsLast(in, out, activations, workspace);
      } else if (manner.inPlace()) {
        MemorySegment.copy(addend, 0, y.values(), JAVA_FLOAT_UNALIGNED, 0, addend.length);
        conv.applyChannelsLast(in, y, out, activations, workspace);
      } else {
        conv.applyChannelsLast(
            in, place(placement, addend, shape.outSize()), out, activations, workspace);
      }
      placement.checkGuards();
      compare(y.toArray(), activations, manner);
      out.maxima()
          .ifPresent(found ->
              assertThat(found.toArray())
                  .as("maxima of %s, %s", shape, manner)
                  .isEqualTo(maxima(y.toArray())));
    }
  }

  private static FloatMatrix place(Placement placement, float[] values, int cols) {
    MemorySegment memory = placement.zeros((long) Float.BYTES * values.length);
    MemorySegment.copy(values, 0, memory, JAVA_FLOAT_UNALIGNED, 0, values.length);
    return new FloatMatrix(values.length / cols, cols, memory);
  }

  private float[] maxima(float[] values) {
    float[] maxima = new float[images];
    for (int i = 0; i < values.length; i++) {
      int image = i / (values.length / images);
      maxima[image] = Math.max(maxima[image], Math.abs(values[i]));
    }
    return maxima;
  }

  private void compare(float[] y, Activations activations, Manner manner) {
    float[] ranges = maxima(x);
    for (int i = 0; i < y.length; i++) {
      int image = i / shape.outSize();
      float range = Math.max(ranges[image], 1e-5f);
      boolean int8 = activations == Activations.INT8;
      Sum sum = sum(i, int8 ? 127 / range : 0);
      int channel = i % shape.outChannels();
      if (int8) {
        float value = (float) sum.sum() * scales[channel] * (range / 127);
        value = epilogue.hasBias() ? value + epilogue.biasAt(channel) : value;
        value = addend.length > 0 ? value + addend[i] : value;
        value = epilogue.hasRelu() ? Math.max(value, 0f) : value;
        assertThat(Float.floatToRawIntBits(y[i]))
            .as("result %s of %s, %s: %s for %s", i, shape, manner, y[i], value)
            .isEqualTo(Float.floatToRawIntBits(value));
      } else {
        double added = (double) epilogue.biasAt(channel) + (addend.length > 0 ? addend[i] : 0f);
        double exact = sum.sum() * scales[channel] + added;
        double absolute =
            sum.absolute() * Math.abs(scales[channel])
                + Math.abs(epilogue.biasAt(channel))
                + (addend.length > 0 ? Math.abs(addend[i]) : 0);
        double bound = (shape.patch() + 3) * 0x1p-24 * absolute * 1.001;
        double expected = epilogue.hasRelu() ? Math.max(exact, 0) : exact;
        assertThat(Math.abs(y[i] - expected) <= bound)
            .as("result %s of %s, %s: %s for %s", i, shape, manner, y[i], expected)
            .isTrue();
      }
    }
  }

  private record Sum(double sum, double absolute) {}

  /** The sum of one result, of rounded activations if {@code factor} is not 0. */
  private Sum sum(int result, float factor) {
    ConvGeometry g = shape.geometry();
    int channel = result % shape.outChannels();
    int position = result % shape.outSize() / shape.outChannels();
    int perGroup = shape.channels() / g.groups();
    int first = channel / (shape.outChannels() / g.groups()) * perGroup;
    int image = result / shape.outSize() * shape.inSize();
    double sum = 0;
    double absolute = 0;
    int k = channel * shape.patch();
    for (int c = 0; c < perGroup; c++) {
      for (int kr = 0; kr < shape.kernelH(); kr++) {
        for (int kc = 0; kc < shape.kernelW(); kc++, k++) {
          int r = position / shape.outWidth() * g.strideH() - g.padH() + kr * g.dilationH();
          int q = position % shape.outWidth() * g.strideW() - g.padW() + kc * g.dilationW();
          if (r >= 0 && r < shape.height() && q >= 0 && q < shape.width()) {
            float value = x[image + (r * shape.width() + q) * shape.channels() + first + c];
            double product = trits[k] * (factor == 0 ? value : Math.rint(value * factor));
            sum += product;
            absolute += Math.abs(product);
          }
        }
      }
    }
    return new Sum(sum, absolute);
  }

  @Override
  public String toString() {
    return images
        + " images of "
        + shape
        + ", "
        + epilogue
        + ", "
        + addend.length
        + " values added";
  }
}
