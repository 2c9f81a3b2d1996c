package dev.ternary.kernel.conv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.testkit.Trials;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PreparedConv2dTest {

  @Test
  void convolvesAKnownImage() {
    // 1 2 3      window: + 0
    // 4 5 6              0 -      so each output is upper left minus lower right
    var shape = new ConvShape(1, 2, 3, 1, 2, 2, ConvGeometry.of(1, 0));
    TernaryMatrix w =
        TernaryMatrix.pack(
            1, 4, new byte[] {1, 0, 0, -1}, Packing.twoBit(), Scales.perTensor(0.5f));
    float[] y = new float[2];
    try (var conv = PreparedConv2d.prepare(Kernels.scalar(), w, new float[] {10}, shape);
        var workspace = new ConvWorkspace(Parallelism.single())) {
      conv.applyFloat32(
          FloatMatrix.of(1, 6, new float[] {1, 2, 3, 4, 5, 6}), FloatMatrix.of(1, 2, y), workspace);
    }
    assertThat(y).containsExactly(10 + 0.5f * (1 - 5), 10 + 0.5f * (2 - 6));
  }

  @Test
  void agreesWithSevenLoops() {
    Trials.forAll(
        8,
        (random, size) -> {
          ConvShape shape = randomShape(random, size);
          int images = random.nextInt(3);
          byte[] trits = new byte[shape.outChannels() * shape.patch()];
          // Scales by group keep the order of the columns, the others need not.
          Granularity granularity =
              random.nextInt(3) == 0 ? Granularity.group(1 + random.nextInt(4)) : Granularity.row();
          Scales scales =
              Scales.of(
                  granularity,
                  floats(random, (int) granularity.count(shape.outChannels(), shape.patch())));
          float[] bias = floats(random, random.nextBoolean() ? shape.outChannels() : 0);
          float[] x = floats(random, images * shape.inSize());
          for (int i = 0; i < trits.length; i++) {
            trits[i] = (byte) (random.nextInt(3) - 1);
          }
          TernaryMatrix w =
              TernaryMatrix.pack(
                  shape.outChannels(), shape.patch(), trits, Packing.base243(), scales);
          float[] y = new float[images * shape.outSize()];
          float[] y8 = new float[y.length];
          try (var conv = PreparedConv2d.prepare(Kernels.best(), w, bias, shape);
              var threads = Parallelism.always(1 + random.nextInt(3));
              var workspace = new ConvWorkspace(threads)) {
            var in = FloatMatrix.of(images, shape.inSize(), x);
            conv.applyFloat32(in, FloatMatrix.of(images, shape.outSize(), y), workspace);
            conv.applyInt8(in, FloatMatrix.of(images, shape.outSize(), y8), workspace);
          }
          for (int i = 0; i < y.length; i++) {
            Sum exact = naive(shape, x, trits, scales, bias, i);
            double rounding = (shape.patch() + 3) * 0x1p-24 * (exact.absolute + 1);
            assertThat((double) y[i]).as("%s", shape).isCloseTo(exact.sum, within(rounding));
            // Each activation is at most half a step of largest / 127 away.
            double step = exact.largest / 127 / 2 * 1.001 * exact.weights;
            assertThat((double) y8[i])
                .as("%s int8", shape)
                .isCloseTo(exact.sum, within(step + rounding));
          }
        });
  }

  @Test
  void givesTheSameBitsWithAnyNumberOfThreads() {
    // More positions than one block holds.
    var shape = new ConvShape(8, 70, 65, 6, 3, 3, ConvGeometry.of(1, 1).withGroups(2));
    var random = new SplittableRandom(5);
    byte[] trits = new byte[shape.outChannels() * shape.patch()];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    TernaryMatrix w = TernaryMatrix.pack(shape.outChannels(), shape.patch(), trits);
    var x = FloatMatrix.of(2, shape.inSize(), floats(random, 2 * shape.inSize()));
    float[] expected = new float[2 * shape.outSize()];
    float[] actual = new float[expected.length];
    try (var conv = PreparedConv2d.prepare(Kernels.best(), w, new float[0], shape);
        var three = Parallelism.always(3);
        var one = new ConvWorkspace(Parallelism.single());
        var many = new ConvWorkspace(three)) {
      conv.applyInt8(x, FloatMatrix.of(2, shape.outSize(), expected), one);
      conv.applyInt8(x, FloatMatrix.of(2, shape.outSize(), actual), many);
    }
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void paddingThatDwarfsTheImageTakesNoMemory() {
    // Windows 2^20 apart; only the middle one meets the image.
    var far = new ConvGeometry(1 << 20, 1 << 20, 1 << 20, 1 << 20, 1, 1, 1);
    var shape = new ConvShape(1, 1, 1, 1, 1, 1, far);
    float[] y = new float[9];
    try (var conv =
            PreparedConv2d.prepare(
                Kernels.scalar(), TernaryMatrix.pack(1, 1, new byte[] {-1}), new float[0], shape);
        var workspace = new ConvWorkspace(Parallelism.single())) {
      conv.applyFloat32(FloatMatrix.of(1, 1, new float[] {3}), FloatMatrix.of(1, 9, y), workspace);
    }
    assertThat(y).containsExactly(0, 0, 0, 0, -3, 0, 0, 0, 0);
  }

  @Test
  void refusesNaNInAChannelByItself() {
    var shape = new ConvShape(2, 3, 3, 2, 2, 2, ConvGeometry.of(1, 0).withGroups(2));
    float[] x = new float[18];
    x[9 + 5] = Float.NEGATIVE_INFINITY;
    float[] y = new float[8];
    try (var conv =
            PreparedConv2d.prepare(
                Kernels.scalar(), TernaryMatrix.pack(2, 4, new byte[8]), new float[0], shape);
        var workspace = new ConvWorkspace(Parallelism.single())) {
      assertThatThrownBy(
              () -> conv.applyInt8(FloatMatrix.of(1, 18, x), FloatMatrix.of(1, 8, y), workspace))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("activation -Infinity at row 1, column 3");
    }
  }

  @Test
  void refusesNaNOnAnyThread() {
    var shape = new ConvShape(1, 40, 40, 1, 1, 1, ConvGeometry.of(1, 0));
    TernaryMatrix w = TernaryMatrix.pack(1, 1, new byte[] {1});
    float[] x = new float[4 * 1600];
    x[x.length - 1] = Float.NaN;
    float[] y = new float[x.length];
    try (var conv = PreparedConv2d.prepare(Kernels.scalar(), w, new float[0], shape);
        var threads = Parallelism.always(2);
        var workspace = new ConvWorkspace(threads)) {
      assertThatThrownBy(() ->
              conv.applyInt8(FloatMatrix.of(4, 1600, x), FloatMatrix.of(4, 1600, y), workspace))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("activation NaN at row");
    }
  }

  @Test
  void refusesWhatDoesNotFitAndSaysWhatDoes() {
    ConvGeometry one = ConvGeometry.of(1, 0);
    assertThatThrownBy(() -> new ConvShape(3, 4, 4, 4, 1, 1, one.withGroups(2)))
        .hasMessage("2 groups must divide the channels, got 3 to 4 channels");
    assertThatThrownBy(() -> new ConvShape(1, 4, 4, 1, 3, 3, one.withDilation(2)))
        .hasMessage("a window that reaches over 5 by 5 does not fit a padded image of 4 by 4");
    assertThatThrownBy(() -> new ConvShape(1, 4, 4, 1, 0, 3, one))
        .hasMessage("the window must be at least 1 by 1, got 0 by 3");
    assertThatThrownBy(() -> new ConvShape(1, 0, 4, 1, 1, 1, one))
        .hasMessageContaining("must be at least 1, got [1, 0, 4] to 1");
    assertThatThrownBy(() -> new ConvShape(1 << 20, 1 << 8, 1 << 8, 1, 1, 1, one))
        .hasMessage("the input has 68719476736 elements, more than 2147483647");
    assertThatThrownBy(() -> new ConvShape(1, 1 << 15, 1 << 15, 1 << 5, 1, 1, one))
        .hasMessage("the output has 34359738368 elements, more than 2147483647");
    assertThatThrownBy(
            () -> new ConvShape(1, 4, 4, 1, 1, 1, ConvGeometry.of(1 << 30, Integer.MAX_VALUE)))
        .hasMessageContaining("a padded image of 4294967298 by 4294967298 is larger than");
    assertThatThrownBy(() -> ConvGeometry.of(0, 0)).hasMessage("strideH must be at least 1, got 0");
    assertThatThrownBy(() -> ConvGeometry.of(1, -1)).hasMessage("padH must be at least 0, got -1");
  }

  @Test
  @SuppressWarnings("try") // closes by hand what is closed again at the end
  void refusesWrongWeightsBiasAndImages() {
    var shape = new ConvShape(2, 4, 4, 3, 1, 1, ConvGeometry.of(1, 0));
    TernaryMatrix w = TernaryMatrix.pack(3, 2, new byte[6]);
    TernaryMatrix wide = TernaryMatrix.pack(3, 3, new byte[9]);
    assertThatThrownBy(() -> PreparedConv2d.prepare(Kernels.scalar(), wide, new float[0], shape))
        .hasMessageContaining("must be [3, 2], got ternary [3, 3]");
    assertThatThrownBy(() -> PreparedConv2d.prepare(Kernels.scalar(), w, new float[2], shape))
        .hasMessage("the bias must have 3 values or none, got 2");
    try (var conv = PreparedConv2d.prepare(Kernels.scalar(), w, new float[0], shape);
        var workspace = new ConvWorkspace(Parallelism.single())) {
      FloatMatrix x = FloatMatrix.of(1, 31, new float[31]);
      FloatMatrix y = FloatMatrix.of(1, 48, new float[48]);
      assertThatThrownBy(() -> conv.applyInt8(x, y, workspace))
          .hasMessage(
              "x must be [images, 32] and y [images, 48]; got x float32 [1, 31], y float32 [1,"
                  + " 48]");
      conv.close();
      conv.close();
      FloatMatrix good = FloatMatrix.of(1, 32, new float[32]);
      assertThatThrownBy(() -> conv.applyInt8(good, y, workspace))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is closed");
    }
  }

  private static ConvShape randomShape(SplittableRandom random, int size) {
    int groups = 1 + random.nextInt(3);
    int kernelH = 1 + random.nextInt(3);
    int kernelW = 1 + random.nextInt(3);
    int dilationH = 1 + random.nextInt(2);
    int dilationW = 1 + random.nextInt(2);
    var geometry =
        new ConvGeometry(
            1 + random.nextInt(3),
            1 + random.nextInt(3),
            random.nextInt(3),
            random.nextInt(3),
            dilationH,
            dilationW,
            groups);
    return new ConvShape(
        groups * (1 + random.nextInt(3)),
        dilationH * (kernelH - 1) + 1 + random.nextInt(size),
        dilationW * (kernelW - 1) + 1 + random.nextInt(size),
        groups * (1 + random.nextInt(3)),
        kernelH,
        kernelW,
        geometry);
  }

  private static float[] floats(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-2, 2);
    }
    return values;
  }

  /** One output and what its error bounds need. */
  private record Sum(double sum, double absolute, double largest, double weights) {}

  private static Sum naive(
      ConvShape s, float[] x, byte[] trits, Scales scales, float[] bias, int index) {
    ConvGeometry g = s.geometry();
    int image = index / s.outSize();
    int o = index % s.outSize() / s.positions();
    int row = index % s.positions() / s.outWidth();
    int column = index % s.outWidth();
    int perGroup = s.channels() / g.groups();
    int firstChannel = o / (s.outChannels() / g.groups()) * perGroup;
    double sum = bias.length == 0 ? 0 : bias[o];
    double absolute = Math.abs(sum);
    double largest = 0;
    double weights = 0;
    for (int c = 0; c < perGroup; c++) {
      for (int kr = 0; kr < s.kernelH(); kr++) {
        for (int kc = 0; kc < s.kernelW(); kc++) {
          int r = row * g.strideH() - g.padH() + kr * g.dilationH();
          int q = column * g.strideW() - g.padW() + kc * g.dilationW();
          if (r < 0 || r >= s.height() || q < 0 || q >= s.width()) {
            continue;
          }
          double v =
              x[((image * s.channels() + firstChannel + c) * s.height() + r) * s.width() + q];
          int trit = trits[((o * perGroup + c) * s.kernelH() + kr) * s.kernelW() + kc];
          int k = (c * s.kernelH() + kr) * s.kernelW() + kc;
          double scale = scales.at(o, k, s.patch());
          sum += trit * v * scale;
          absolute += Math.abs(trit * v * scale);
          weights += Math.abs(trit * scale);
          largest = Math.max(largest, Math.abs(v));
        }
      }
    }
    return new Sum(sum, absolute, largest, weights);
  }
}
