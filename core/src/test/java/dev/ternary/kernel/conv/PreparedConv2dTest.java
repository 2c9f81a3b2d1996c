package dev.ternary.kernel.conv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.kernel.spi.KernelWeights;
import dev.ternary.kernel.spi.Scratch;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.testkit.Allocations;
import dev.ternary.testkit.Trials;
import java.time.Duration;
import java.util.Arrays;
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
    try (var conv = PreparedConv2d.prepare(Kernels.scalar(), w, Epilogue.bias(10), shape);
        var workspace = new ConvWorkspace(Parallelism.single())) {
      conv.apply(
          FloatMatrix.of(1, 6, new float[] {1, 2, 3, 4, 5, 6}),
          FloatMatrix.of(1, 2, y),
          Activations.FLOAT32,
          workspace);
    }
    assertThat(y).containsExactly(10 + 0.5f * (1 - 5), 10 + 0.5f * (2 - 6));
  }

  @Test
  void quantizesAnImageOnceWithOneScaleForAllItsChannels() {
    // The largest value, 127 * 0.5, is in channel 1, which has no weights: still it sets the step.
    var shape = new ConvShape(2, 1, 3, 1, 1, 3, new ConvGeometry(1, 1, 0, 1, 1, 1, 1));
    TernaryMatrix w =
        TernaryMatrix.pack(
            1, 6, new byte[] {1, -1, 1, 0, 0, 0}, Packing.twoBit(), Scales.perTensor(3));
    // In steps of 0.5: 2, 3 (of 2.8), 5; and in the second image 2 (of 2.5: ties go to even), 0, 0.
    float[] x = {1, 1.4f, 2.5f, 63.5f, 0, 0, 1.25f, 0, 0, 0, -63.5f, 0};
    float[] y = new float[6];
    try (var conv =
            PreparedConv2d.prepare(Kernels.scalar(), w, Epilogue.bias(1).withRelu(), shape);
        var workspace = new ConvWorkspace(Parallelism.single())) {
      conv.apply(FloatMatrix.of(2, 6, x), FloatMatrix.of(2, 3, y), Activations.INT8, workspace);
    }
    // Sums 0-2+3, 2-3+5, 3-5+0 and -2, 2, 0; of steps of 0.5, times 3, plus 1.
    assertThat(y).containsExactly(2.5f, 7, 0, 0, 4, 1);
  }

  @Test
  void agreesWithPlainLoops() {
    Trials.forAll(
        8,
        (random, size) -> {
          ConvShape shape = randomShape(random, size);
          // More channels than a block of the transposition has.
          if (random.nextInt(4) == 0) {
            shape = withChannels(shape, shape.geometry().groups() * (8 + random.nextInt(12)));
          }
          int images = random.nextInt(3);
          byte[] trits = new byte[shape.outChannels() * shape.patch()];
          // Scales by group keep the order of the columns, the others need not.
          Granularity granularity =
              random.nextInt(3) == 0 ? Granularity.group(1 + random.nextInt(4)) : Granularity.row();
          Scales scales =
              Scales.of(
                  granularity,
                  floats(random, (int) granularity.count(shape.outChannels(), shape.patch())));
          Epilogue epilogue =
              Epilogue.bias(floats(random, random.nextBoolean() ? shape.outChannels() : 0));
          epilogue = random.nextBoolean() ? epilogue.withRelu() : epilogue;
          float[] x = floats(random, images * shape.inSize());
          for (int i = 0; i < trits.length; i++) {
            trits[i] = (byte) (random.nextInt(3) - 1);
          }
          TernaryMatrix w =
              TernaryMatrix.pack(
                  shape.outChannels(), shape.patch(), trits, Packing.base243(), scales);
          float[] y = new float[images * shape.outSize()];
          float[] y8 = new float[y.length];
          try (var conv = PreparedConv2d.prepare(Kernels.best(), w, epilogue, shape);
              var threads = Parallelism.always(1 + random.nextInt(3));
              var workspace = new ConvWorkspace(threads)) {
            var in = FloatMatrix.of(images, shape.inSize(), x);
            conv.apply(
                in, FloatMatrix.of(images, shape.outSize(), y), Activations.FLOAT32, workspace);
            conv.apply(
                in, FloatMatrix.of(images, shape.outSize(), y8), Activations.INT8, workspace);
          }
          var plain = new PlainConv(shape, w, epilogue);
          for (int i = 0; i < y.length; i++) {
            PlainConv.Sum exact = plain.exact(x, i);
            double rounding = (shape.patch() + 3) * 0x1p-24 * (exact.absolute() + 1);
            assertThat((double) y[i]).as("%s", shape).isCloseTo(exact.sum(), within(rounding));
          }
          assertThat(y8).as("%s int8", shape).isEqualTo(plain.int8(x, images));
        });
  }

  @Test
  void givesTheSameBitsWithAnyNumberOfThreads() {
    // More positions than one block holds, and more images than are loaded at a time.
    ConvGeometry g = ConvGeometry.of(1, 1);
    for (int groups : new int[] {1, 2, 8}) {
      var shape = new ConvShape(8, 70, 65, 16, 3, 3, g.withGroups(groups));
      int images = 20;
      var random = new SplittableRandom(5);
      TernaryMatrix w = randomWeights(random, shape);
      float[] x = floats(random, images * shape.inSize());
      float[] expected = new float[images * shape.outSize()];
      try (var conv = PreparedConv2d.prepare(Kernels.best(), w, Epilogue.none(), shape);
          var three = Parallelism.always(3);
          var one = new ConvWorkspace(Parallelism.single());
          var many = new ConvWorkspace(three)) {
        conv.apply(
            FloatMatrix.of(images, shape.inSize(), x),
            FloatMatrix.of(images, shape.outSize(), expected),
            Activations.INT8,
            one);
        assertThat(new PlainConv(shape, w, Epilogue.none()).int8(x, images)).isEqualTo(expected);
        float[] actual = new float[expected.length];
        conv.apply(
            FloatMatrix.of(images, shape.inSize(), x),
            FloatMatrix.of(images, shape.outSize(), actual),
            Activations.INT8,
            many);
        assertThat(actual).isEqualTo(expected);
        // One image alone is shared among the threads in smaller pieces.
        float[] last = new float[shape.outSize()];
        conv.apply(
            FloatMatrix.of(
                1, shape.inSize(), Arrays.copyOfRange(x, (images - 1) * shape.inSize(), x.length)),
            FloatMatrix.of(1, last.length, last),
            Activations.INT8,
            many);
        assertThat(last)
            .isEqualTo(
                Arrays.copyOfRange(expected, expected.length - last.length, expected.length));
      }
    }
  }

  @Test
  void allocatesLittleOnceWarm() {
    for (int groups : new int[] {1, 16}) {
      var shape = new ConvShape(16, 40, 40, 16, 3, 3, ConvGeometry.of(1, 1).withGroups(groups));
      TernaryMatrix w = randomWeights(new SplittableRandom(6), shape);
      var x =
          FloatMatrix.of(4, shape.inSize(), floats(new SplittableRandom(7), 4 * shape.inSize()));
      var y = FloatMatrix.of(4, shape.outSize(), new float[4 * shape.outSize()]);
      try (var conv = PreparedConv2d.prepare(Kernels.scalar(), w, Epilogue.none(), shape);
          var workspace = new ConvWorkspace(Parallelism.single())) {
        // Views of memory, for each piece of work; the images take 400 kB, their patches 920.
        long limit = 32 << 10;
        assertThat(
                Allocations.perRunOnceWarm(
                    () -> conv.apply(x, y, Activations.INT8, workspace),
                    limit,
                    Duration.ofSeconds(20)))
            .isLessThanOrEqualTo(limit);
      }
    }
  }

  @Test
  void aWorkspaceServesConvolutionsOfAnyShapeInTurn() {
    var random = new SplittableRandom(8);
    try (var workspace = new ConvWorkspace(Parallelism.single())) {
      for (int i = 0; i < 50; i++) {
        ConvShape shape = randomShape(random, 9);
        TernaryMatrix w = randomWeights(random, shape);
        float[] x = floats(random, 2 * shape.inSize());
        float[] y = new float[2 * shape.outSize()];
        try (var conv = PreparedConv2d.prepare(Kernels.best(), w, Epilogue.none(), shape)) {
          conv.apply(
              FloatMatrix.of(2, shape.inSize(), x),
              FloatMatrix.of(2, shape.outSize(), y),
              Activations.INT8,
              workspace);
        }
        assertThat(y)
            .as("%s", shape)
            .isEqualTo(new PlainConv(shape, w, Epilogue.none()).int8(x, 2));
      }
    }
  }

  @Test
  void paddingThatDwarfsTheImageTakesNoMemory() {
    // Windows 2^20 apart; only the middle one meets the image.
    var far = new ConvGeometry(1 << 20, 1 << 20, 1 << 20, 1 << 20, 1, 1, 1);
    var shape = new ConvShape(1, 1, 1, 1, 1, 1, far);
    float[] y = new float[9];
    try (var conv =
            PreparedConv2d.prepare(
                Kernels.scalar(),
                TernaryMatrix.pack(1, 1, new byte[] {-1}),
                Epilogue.none(),
                shape);
        var workspace = new ConvWorkspace(Parallelism.single())) {
      conv.apply(
          FloatMatrix.of(1, 1, new float[] {3}),
          FloatMatrix.of(1, 9, y),
          Activations.FLOAT32,
          workspace);
    }
    assertThat(y).containsExactly(0, 0, 0, 0, -3, 0, 0, 0, 0);
  }

  @Test
  void anImageWhosePaddingTakesItBeyondAnIntIsReadAsItIs() {
    TernaryMatrix w = TernaryMatrix.pack(1, 1, new byte[] {1});
    for (int padding : new int[] {0, 1 << 14}) {
      var geometry = new ConvGeometry(1 << 14, 1 << 14, padding, padding, 1, 1, 1);
      var shape = new ConvShape(1, 1 << 15, 1 << 15, 1, 1, 1, geometry);
      try (ConvMethod method = ConvMethods.of(Kernels.scalar(), w, Epilogue.none(), shape)) {
        // Its loops know no padded image.
        assertThat(method).isInstanceOf(DepthwiseConv.class);
      }
    }
  }

  @Test
  void aWorkspaceServesOneConvolutionAtATime() {
    var shape = new ConvShape(1, 1, 2, 1, 1, 1, ConvGeometry.of(1, 0));
    TernaryMatrix w = TernaryMatrix.pack(1, 1, new byte[] {-1});
    float[] y = new float[2];
    try (var conv = PreparedConv2d.prepare(Kernels.scalar(), w, Epilogue.none(), shape);
        var workspace = new ConvWorkspace(Parallelism.single())) {
      FloatMatrix out = FloatMatrix.of(1, 2, y);
      FloatMatrix x = FloatMatrix.of(1, 2, new float[] {1, 127});
      workspace.begin();
      assertThatThrownBy(() -> conv.apply(x, out, Activations.INT8, workspace))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is using this workspace; each thread needs one of its own");
      workspace.end();
      FloatMatrix wrong = FloatMatrix.of(1, 2, new float[] {1, Float.NaN});
      assertThatThrownBy(() -> conv.apply(wrong, out, Activations.INT8, workspace))
          .isInstanceOf(IllegalArgumentException.class);
      // The refusals have not kept it.
      conv.apply(x, out, Activations.INT8, workspace);
    }
    assertThat(y).containsExactly(-1, -127);
  }

  /** The kernel closes the convolution in the first of its two products. */
  @Test
  void aConvolutionUnderWayEndsInPeaceWhenItIsClosed() {
    var shape = new ConvShape(2, 1, 2, 2, 1, 1, ConvGeometry.of(1, 0).withGroups(2));
    // Groups of scales keep it from the loops for channels by themselves.
    TernaryMatrix w =
        TernaryMatrix.pack(
            2, 1, new byte[] {1, -1}, Packing.twoBit(), Scales.of(Granularity.group(1), 2, 3));
    var closing = new ClosingKernel();
    float[] y = new float[4];
    try (var workspace = new ConvWorkspace(Parallelism.single())) {
      var conv = PreparedConv2d.prepare(closing, w, Epilogue.none(), shape);
      closing.during = conv::close;
      FloatMatrix x = FloatMatrix.of(1, 4, new float[] {1, 5, 7, 127});
      FloatMatrix out = FloatMatrix.of(1, 4, y);
      conv.apply(x, out, Activations.INT8, workspace);
      assertThat(y).containsExactly(2, 10, -21, -381);
      assertThat(closing.products).isEqualTo(2);
      assertThat(closing.closed).isEqualTo(2);
      assertThatThrownBy(() -> conv.apply(x, out, Activations.INT8, workspace))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the convolution is closed");
    }
  }

  /** Multiplies as the scalar kernel does, and counts. */
  private static final class ClosingKernel implements TernaryKernel {
    private Runnable during = () -> {};
    private int products;
    private int closed;

    @Override
    public String name() {
      return "closing";
    }

    @Override
    public PreparedMatrix prepare(TernaryMatrix w, Epilogue epilogue) {
      PreparedMatrix scalar = Kernels.scalar().prepare(w, epilogue);
      return PreparedMatrix.of(w, epilogue, (_, _) -> new ClosingWeights(scalar));
    }

    private final class ClosingWeights implements KernelWeights {
      private final PreparedMatrix scalar;

      ClosingWeights(PreparedMatrix scalar) {
        this.scalar = scalar;
      }

      @Override
      public void sums(Int8Matrix x, IntMatrix sums, Scratch scratch) {
        throw new AssertionError("a convolution wants scaled products");
      }

      @Override
      public void scaled(Int8Matrix x, FloatMatrix y, Scratch scratch) {
        assertThat(closed).as("weights freed while the convolution is under way").isZero();
        products++;
        during.run();
        try (var workspace = new Workspace()) {
          scalar.matMul(x, y, workspace);
        }
      }

      @Override
      public void floats(FloatMatrix x, FloatMatrix y, Scratch scratch) {
        throw new AssertionError("activations are int8");
      }

      @Override
      public void close() {
        closed++;
        scalar.close();
      }
    }
  }

  @Test
  void refusesWhatIsNotFiniteAndSaysWhere() {
    for (int groups : new int[] {1, 2}) {
      var shape = new ConvShape(2, 3, 4, 2, 2, 2, ConvGeometry.of(1, 0).withGroups(groups));
      float[] x = new float[3 * 24];
      x[24 + 12 + 7] = Float.NEGATIVE_INFINITY;
      float[] y = new float[3 * shape.outSize()];
      TernaryMatrix w = TernaryMatrix.pack(2, shape.patch(), new byte[2 * shape.patch()]);
      try (var conv = PreparedConv2d.prepare(Kernels.scalar(), w, Epilogue.none(), shape);
          var workspace = new ConvWorkspace(Parallelism.single())) {
        assertThatThrownBy(() ->
                conv.apply(
                    FloatMatrix.of(3, 24, x),
                    FloatMatrix.of(3, shape.outSize(), y),
                    Activations.INT8,
                    workspace))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("activation -Infinity in image 1 at channel 1, row 1, column 3");
      }
    }
  }

  @Test
  void refusesNaNOnAnyThread() {
    var shape = new ConvShape(1, 40, 40, 1, 1, 1, ConvGeometry.of(1, 0));
    TernaryMatrix w = TernaryMatrix.pack(1, 1, new byte[] {1});
    float[] x = new float[4 * 1600];
    x[x.length - 1] = Float.NaN;
    float[] y = new float[x.length];
    try (var conv = PreparedConv2d.prepare(Kernels.scalar(), w, Epilogue.none(), shape);
        var threads = Parallelism.always(2);
        var workspace = new ConvWorkspace(threads)) {
      assertThatThrownBy(() ->
              conv.apply(
                  FloatMatrix.of(4, 1600, x),
                  FloatMatrix.of(4, 1600, y),
                  Activations.INT8,
                  workspace))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("activation NaN in image 3 at channel 0, row 39, column 39");
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
    assertThatThrownBy(() -> PreparedConv2d.prepare(Kernels.scalar(), wide, Epilogue.none(), shape))
        .hasMessageContaining("must be [3, 2], got ternary [3, 3]");
    assertThatThrownBy(
            () -> PreparedConv2d.prepare(Kernels.scalar(), w, Epilogue.bias(1, 2), shape))
        .hasMessage("a matrix of 3 rows needs as many biases, got 2");
    try (var conv = PreparedConv2d.prepare(Kernels.scalar(), w, Epilogue.none(), shape);
        var workspace = new ConvWorkspace(Parallelism.single())) {
      FloatMatrix x = FloatMatrix.of(1, 31, new float[31]);
      FloatMatrix y = FloatMatrix.of(1, 48, new float[48]);
      assertThatThrownBy(() -> conv.apply(x, y, Activations.INT8, workspace))
          .hasMessage(
              "x must be [images, 32] and y [images, 48]; got x float32 [1, 31], y float32 [1,"
                  + " 48]");
      conv.close();
      conv.close();
      FloatMatrix good = FloatMatrix.of(1, 32, new float[32]);
      assertThatThrownBy(() -> conv.apply(good, y, Activations.INT8, workspace))
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

  private static ConvShape withChannels(ConvShape s, int channels) {
    return new ConvShape(
        channels, s.height(), s.width(), s.outChannels(), s.kernelH(), s.kernelW(), s.geometry());
  }

  private static TernaryMatrix randomWeights(SplittableRandom random, ConvShape shape) {
    byte[] trits = new byte[shape.outChannels() * shape.patch()];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    return TernaryMatrix.pack(
        shape.outChannels(),
        shape.patch(),
        trits,
        Packing.twoBit(),
        Scales.perRow(floats(random, shape.outChannels())));
  }

  private static float[] floats(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-2, 2);
    }
    return values;
  }
}
