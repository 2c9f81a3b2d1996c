package dev.ternary.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.testkit.Allocations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

class ModelTest {

  private static final Optional<Tensor> NO_BIAS = Optional.empty();

  @Test
  void predictsAKnownAnswer() {
    // [1 -1; 0 1] * 0.5 and the bias [10, 20]
    TernaryMatrix w =
        TernaryMatrix.pack(
            2, 2, new byte[] {1, -1, 0, 1}, Packing.twoBit(), Scales.perTensor(0.5f));
    List<Operation> layers =
        List.of(
            Operation.Linear.ternary(
                w, Optional.of(Tensor.of(Shape.of(2), 10f, 20f)), Activations.FLOAT32));
    try (Model model = Model.of(Graph.sequence(Shape.of(2), layers))) {
      assertThat(model.predict(new float[] {4, 2, -1, 3}))
          .containsExactly(11, 21, 10 - 2, 20 + 1.5f);
      assertThat(model.predictClasses(new float[] {4, 2, 100, -100})).containsExactly(1, 0);
      assertThat(model.graph()).isEqualTo(Graph.sequence(Shape.of(2), layers));
      assertThat(model.outputShape()).isEqualTo(Shape.of(2));
      assertThat(model).hasToString("model of 1 layers, x [2] to 0 [2]");
      assertThat(model.predict(new float[0])).isEmpty();
    }
  }

  @Test
  void takesTensorsOfAnyTypeFlatOrShaped() {
    List<Operation> layers = List.of(new Operation.Flatten(), new Operation.Relu());
    byte[] bytes = {1, -2, 3, -4, 5, -6, 7, -8};
    try (Model model = Model.of(Graph.sequence(Shape.of(2, 2), layers))) {
      Tensor shaped = model.predict(Tensor.of(Shape.of(2, 2, 2), bytes));
      assertThat(shaped.shape()).isEqualTo(Shape.of(2, 4));
      assertThat(shaped.toFloatArray()).containsExactly(1, 0, 3, 0, 5, 0, 7, 0);
      assertThat(model.predictClasses(Tensor.of(Shape.of(2, 4), bytes))).containsExactly(2, 2);
      assertThatThrownBy(() -> model.predict(Tensor.of(Shape.of(4, 2), bytes)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "a batch must have shape [samples, ...] with samples of [2, 2] or [4], got [4, 2]");
      assertThatThrownBy(() -> model.predict(Tensor.of(Shape.of(2, 2), new byte[4])))
          .hasMessage(
              "a batch must have shape [samples, ...] with samples of [2, 2] or [4], got one"
                  + " sample: make it [1, 2, 2]");
    }
    try (Model model = Model.of(Graph.sequence(Shape.of(20), new Operation.Relu()))) {
      assertThatThrownBy(() -> model.predict(Tensor.of(Shape.of(20), new byte[20])))
          .hasMessage(
              "a batch must have shape [samples, ...] with samples of [20], got one sample: make"
                  + " it [1, 20]");
    }
  }

  @Test
  void aModelWithoutLayersCopies() {
    try (Model model = Model.of(Graph.sequence(Shape.of(3), List.of()))) {
      assertThat(model.predict(new float[] {1, 2, 3})).containsExactly(1, 2, 3);
    }
  }

  @Test
  void foldedNormsGiveWhatTheyGaveAlone() {
    var random = new SplittableRandom(7);
    for (Activations activations : Activations.values()) {
      Operation.BatchNorm norm = norm(random, 6);
      for (Operation layer : linears(random, activations)) {
        boolean conv = layer.outputShape(List.of(layerInput(layer))).rank() == 3;
        Shape in = layerInput(layer);
        float[] x = floats(random, 5 * (int) in.elements());
        try (Model first = Model.of(Graph.sequence(in, List.of(layer)));
            Model second = Model.of(Graph.sequence(layer.outputShape(List.of(in)), List.of(norm)));
            Model both = Model.of(Graph.sequence(in, List.of(layer, norm)))) {
          float[] y = first.predict(x);
          float[] expected = second.predict(y);
          float[] actual = both.predict(x);
          int inner = conv ? expected.length / 5 / 6 : 1;
          for (int i = 0; i < expected.length; i++) {
            int f = i / inner % 6;
            double s = norm.gamma().getFloat(f) / Math.sqrt(norm.variance().getFloat(f) + 1e-5);
            // The bound of Folding, and of sums of at most 27 products below 20.
            double rounding =
                8
                        * 0x1p-24
                        * (Math.abs(s * y[i])
                            + Math.abs(s * norm.mean().getFloat(f))
                            + Math.abs(norm.beta().getFloat(f)))
                    + 27 * 0x1p-24 * 20 * Math.abs(s);
            assertThat((double) actual[i])
                .as("%s at %d", layer.typeName(), i)
                .isCloseTo(expected[i], within(rounding));
          }
        }
      }
    }
  }

  @Test
  void aReluBehindALayerGivesWhatItGaveAlone() {
    var random = new SplittableRandom(11);
    for (Activations activations : Activations.values()) {
      for (Operation layer : linears(random, activations)) {
        Shape in = layerInput(layer);
        Operation norm = norm(random, 6);
        float[] x = floats(random, 5 * (int) in.elements());
        List<Operation> relu =
            List.of(new Operation.Flatten(), new Operation.Relu(), new Operation.Relu());
        try (Model first = Model.of(Graph.sequence(in, List.of(layer, norm)));
            Model second = Model.of(Graph.sequence(layer.outputShape(List.of(in)), relu));
            Model both =
                Model.of(
                    Graph.sequence(
                        in,
                        List.of(
                            layer,
                            norm,
                            new Operation.Flatten(),
                            new Operation.Relu(),
                            new Operation.Relu())))) {
          float[] expected = second.predict(first.predict(x));
          assertThat(both.predict(x)).as("%s", layer.typeName()).isEqualTo(expected);
          assertThat(expected).contains(0f);
        }
      }
    }
  }

  @Test
  void refusesABiasThatIsNotFiniteAndNamesTheLayer() {
    var random = new SplittableRandom(12);
    TernaryMatrix w = TernaryMatrix.pack(2, 3, new byte[] {1, 0, -1, 0, 1, 1});
    for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      var bias = Optional.of(Tensor.of(Shape.of(2), 0, value));
      Operation linear = Operation.Linear.ternary(w, bias, Activations.FLOAT32);
      refused(Shape.of(3), List.of(new Operation.Relu(), linear, norm(random, 2)))
          .hasMessage("layer 1 (TernaryLinear): bias " + value + " at index 1");
      Operation conv =
          Operation.Conv2d.ternary(
              new TernaryTensor(Shape.of(2, 3, 1, 1), w),
              bias,
              ConvGeometry.of(1, 0),
              Activations.INT8);
      Graph.Builder residual = Graph.builder();
      String x = residual.input("x", Shape.of(3, 4, 4));
      residual.output(Nets.residual(residual, "0", x, List.of(conv), List.of(conv)));
      refused(residual::build)
          .hasMessage("layer 0.body.0 (TernaryConv2d): bias " + value + " at index 1");
      refused(Shape.of(3, 4, 4), List.of(conv))
          .hasMessage("layer 0 (TernaryConv2d): bias " + value + " at index 1");
    }
  }

  @Test
  void aNormThatWouldMakeABiasInfiniteStaysByItself() {
    TernaryMatrix w = TernaryMatrix.pack(1, 1, new byte[] {1});
    Operation linear =
        Operation.Linear.ternary(
            w, Optional.of(Tensor.of(Shape.of(1), 3e38f)), Activations.FLOAT32);
    Tensor one = Tensor.of(Shape.of(1), 1f);
    Tensor zero = Tensor.of(Shape.of(1), 0f);
    Operation norm = new Operation.BatchNorm(Tensor.of(Shape.of(1), 2f), zero, zero, one, 0);
    try (Model model = Model.of(Graph.sequence(Shape.of(1), List.of(linear, norm)))) {
      assertThat(model.predict(new float[] {-3e38f, 3e38f}))
          .containsExactly(0, Float.POSITIVE_INFINITY);
    }
  }

  @Test
  void doesNotFoldANormOverTokens() {
    var random = new SplittableRandom(8);
    Operation linear = Operation.Linear.dense(tensor(random, 3, 4), NO_BIAS);
    Operation.BatchNorm norm = norm(random, 3);
    Shape in = Shape.of(3, 4);
    float[] x = floats(random, 12);
    try (Model first = Model.of(Graph.sequence(in, List.of(linear)));
        Model second = Model.of(Graph.sequence(Shape.of(3, 3), List.of(norm)));
        Model both = Model.of(Graph.sequence(in, List.of(linear, norm)))) {
      assertThat(both.predict(x)).isEqualTo(second.predict(first.predict(x)));
    }
  }

  @Test
  void aBatchGivesWhatItsSamplesGive() {
    var random = new SplittableRandom(1);
    List<Operation> layers = mlp(random, 50, 70, 10, Activations.INT8);
    // More samples than one part holds, and work for several threads.
    float[] x = floats(random, 1500 * 50);
    try (Parallelism three = Parallelism.always(3);
        Model alone =
            Model.of(Graph.sequence(Shape.of(50), layers), options(Parallelism.single()));
        Model shared = Model.of(Graph.sequence(Shape.of(50), layers), options(three))) {
      float[] batch = shared.predict(x);
      assertThat(alone.predict(x)).isEqualTo(batch);
      float[] sample = new float[50];
      for (int i = 0; i < 1500; i += 37) {
        System.arraycopy(x, i * 50, sample, 0, 50);
        float[] expected = new float[10];
        System.arraycopy(batch, i * 10, expected, 0, 10);
        assertThat(alone.predict(sample)).isEqualTo(expected);
      }
    }
  }

  @Test
  void aHeavySampleGivesTheSameOnSeveralThreads() {
    var random = new SplittableRandom(2);
    List<Operation> layers = new ArrayList<>();
    for (Operation layer : linears(random, Activations.INT8)) {
      if (layer instanceof Operation.Conv2d) {
        layers = List.of(layer, new Operation.Relu(), new Operation.GlobalAvgPool2d());
        Shape in = Shape.of(3, 250, 250);
        float[] x = floats(random, 2 * 3 * 250 * 250);
        try (Parallelism three = Parallelism.always(3);
            Model alone = Model.of(Graph.sequence(in, layers), options(Parallelism.single()));
            Model shared = Model.of(Graph.sequence(in, layers), options(three))) {
          assertThat(shared.predict(x)).isEqualTo(alone.predict(x));
        }
      }
    }
    assertThat(layers).isNotEmpty();
  }

  @Test
  void manyThreadsGetTheSameResults() throws Exception {
    var random = new SplittableRandom(3);
    List<float[]> inputs = new ArrayList<>();
    List<float[]> outputs = new ArrayList<>();
    try (Model model = Model.of(residual(random));
        var pool = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 16; i++) {
        inputs.add(floats(random, (1 + i % 3) * 192));
        outputs.add(model.predict(inputs.get(i)));
      }
      List<Future<?>> tasks = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int first = t;
        tasks.add(
            pool.submit(() -> {
              for (int n = 0; n < 100; n++) {
                int i = (first * 5 + n) % 16;
                assertThat(model.predict(inputs.get(i))).isEqualTo(outputs.get(i));
              }
            }));
      }
      for (Future<?> task : tasks) {
        task.get();
      }
    }
  }

  @Test
  @SuppressWarnings("try") // closes by hand what is closed again at the end
  void refusesToPredictOnceClosed() {
    try (Model model =
        Model.of(
            Graph.sequence(Shape.of(5), mlp(new SplittableRandom(4), 5, 6, 2, Activations.INT8)))) {
      model.predict(new float[5]);
      model.close();
      model.close();
      assertThatThrownBy(() -> model.predict(new float[5]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Model is closed");
    }
  }

  @Test
  @SuppressWarnings("try") // closes while others predict
  void closingWaitsForPredictionsAndRefusesLaterOnes() throws Exception {
    List<Operation> layers = mlp(new SplittableRandom(4), 64, 300, 10, Activations.INT8);
    for (int round = 0; round < 20; round++) {
      var finished = new AtomicInteger();
      var refused = new CountDownLatch(4);
      var started = new CountDownLatch(4);
      try (Model model = Model.of(Graph.sequence(Shape.of(64), layers));
          var pool = Executors.newFixedThreadPool(4)) {
        List<Future<?>> tasks = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
          tasks.add(
              pool.submit(() -> {
                started.countDown();
                try {
                  while (true) {
                    model.predict(new float[64 * 3]);
                    finished.incrementAndGet();
                  }
                } catch (IllegalStateException e) {
                  assertThat(e).hasMessage("Model is closed");
                  refused.countDown();
                }
              }));
        }
        started.await();
        model.close();
        assertThat(refused.await(10, TimeUnit.SECONDS)).isTrue();
        for (Future<?> task : tasks) {
          task.get();
        }
      }
      assertThat(finished.get()).isNotNegative();
    }
  }

  @Test
  void refusesWhatIsNotFiniteAndSaysWhere() {
    List<Operation> layers = mlp(new SplittableRandom(5), 6, 8, 2, Activations.INT8);
    try (Parallelism two = Parallelism.always(2);
        Model model = Model.of(Graph.sequence(Shape.of(2, 3), withFlatten(layers)), options(two))) {
      float[] x = new float[4 * 6];
      x[2 * 6 + 4] = Float.NaN;
      assertThatThrownBy(() -> model.predict(x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the input must be finite, got NaN in sample 2 at index [1, 1]");
      x[2 * 6 + 4] = Float.NEGATIVE_INFINITY;
      assertThatThrownBy(() -> model.predict(Tensor.of(Shape.of(4, 6), x)))
          .hasMessageContaining("got -Infinity in sample 2");
      x[2 * 6 + 4] = 1;
      assertThat(model.predict(x)).hasSize(8);
    }
  }

  @Test
  void namesTheLayerThatMeetsAnInfinityOfItsOwn() {
    Operation huge = Operation.Linear.dense(Tensor.of(Shape.of(1, 1), 3e38f), NO_BIAS);
    Operation ternary =
        Operation.Linear.ternary(
            TernaryMatrix.pack(1, 1, new byte[] {1}), NO_BIAS, Activations.INT8);
    try (Model model =
        Model.of(Graph.sequence(Shape.of(1), List.of(huge, new Operation.Relu(), ternary)))) {
      assertThatThrownBy(() -> model.predict(new float[] {10}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("layer 2 (TernaryLinear): activation Infinity at row 0");
    }
  }

  @Test
  void passesNaNOnWithFloatActivations() {
    List<Operation> layers = mlp(new SplittableRandom(6), 3, 4, 2, Activations.FLOAT32);
    try (Model model = Model.of(Graph.sequence(Shape.of(3), layers))) {
      assertThat(model.predict(new float[] {1, Float.NaN, 2})).contains(Float.NaN);
    }
  }

  @Test
  void refusesALengthThatIsNoMultiple() {
    try (Model model =
        Model.of(Graph.sequence(Shape.of(1, 28, 28), List.of(new Operation.Flatten())))) {
      assertThatThrownBy(() -> model.predict(new float[785]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the length of a batch must be a multiple of 784 for input [1, 28, 28], got 785");
    }
  }

  @Test
  void refusesLayersThatDoNotFitAndNamesThem() {
    var random = new SplittableRandom(9);
    Operation linear = Operation.Linear.dense(tensor(random, 4, 3), NO_BIAS);
    Operation conv =
        Operation.Conv2d.dense(tensor(random, 4, 3, 2, 2), NO_BIAS, ConvGeometry.of(1, 0));
    refused(Shape.of(5), List.of(new Operation.Relu(), linear))
        .hasMessage("layer 1 (Linear): expected 3 features in the last dimension, found shape [5]");
    refused(Shape.of(5), List.of(conv))
        .hasMessage("layer 0 (Conv2d): expected [channels, height, width], found shape [5]");
    refused(Shape.of(2, 5, 5), List.of(conv))
        .hasMessage(
            "layer 0 (Conv2d): weights [4, 3, 2, 2] in 1 groups need [3, height, width], found [2,"
                + " 5, 5]");
    refused(Shape.of(3, 1, 5), List.of(conv))
        .hasMessageContaining("a window that reaches over 2 by 2 does not fit a padded image");
    refused(Shape.of(5), List.of(norm(random, 4)))
        .hasMessage(
            "layer 0 (BatchNorm): expected 4 features in the first dimension, found shape [5]");
    refused(Shape.of(5, 4), List.of(new Operation.RmsNorm(tensor(random, 5), 1e-6f)))
        .hasMessage("layer 0 (RmsNorm): expected the trailing dimensions [5], found shape [5, 4]");
    refused(Shape.of(3), List.of(new Operation.GlobalAvgPool2d()))
        .hasMessageContaining("layer 0 (GlobalAvgPool2d): expected [channels, height, width]");
    refused(Shape.of(3, 2, 2), List.of(new Operation.MaxPool2d(PoolGeometry.of(3))))
        .hasMessageContaining("layer 0 (MaxPool2d): a window that reaches over 3 by 3");
    refused(Shape.of(3, 2, 2), List.of(new Operation.SubsamplePad(2, 2)))
        .hasMessage("layer 0 (SubsamplePad): expected at most 2 channels, found shape [3, 2, 2]");
    refused(() -> residualOf(linear))
        .hasMessage(
            "layer 0 (Add): both must have one shape or dimensions of 1, found [4] and [3]");
    refused(() -> residualOf(linear, linear))
        .hasMessage(
            "layer 0.body.1 (Linear): expected 3 features in the last dimension, found shape [4]");
    refused(Shape.of(), List.of(new Operation.Softmax()))
        .hasMessage("layer 0 (Softmax): expected at least 1 dimension, found shape []");
    refused(Shape.of(3, 0), List.of())
        .hasMessage("the input must have from 1 to 2^31 - 9 elements, got shape [3, 0]");
  }

  private static Graph residualOf(Operation... body) {
    Graph.Builder graph = Graph.builder();
    String x = graph.input("x", Shape.of(3));
    return graph.output(Nets.residual(graph, "0", x, List.of(body), List.of())).build();
  }

  private static AbstractThrowableAssert<?, ?> refused(Shape in, List<Operation> layers) {
    return refused(() -> Graph.sequence(in, layers));
  }

  private static AbstractThrowableAssert<?, ?> refused(Supplier<Graph> graph) {
    return assertThatThrownBy(
            () -> {
              try (Model model = Model.of(graph.get())) {
                throw new AssertionError("accepted: " + model);
              }
            })
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void layersRefusePartsThatDoNotFit() {
    var random = new SplittableRandom(10);
    Optional<Tensor> bias = Optional.of(tensor(random, 3));
    TernaryMatrix w = TernaryMatrix.pack(2, 4, new byte[8]);
    ConvGeometry g = ConvGeometry.of(1, 0);
    assertThatThrownBy(() -> Operation.Linear.ternary(w, bias, Activations.INT8))
        .hasMessage("bias must have shape [2], got [3]");
    assertThatThrownBy(() -> Operation.Linear.dense(tensor(random, 2), NO_BIAS))
        .hasMessage("weights must have 2 dimensions, got shape [2]");
    assertThatThrownBy(
            () -> Operation.Linear.dense(Tensor.of(Shape.of(1, 2), new byte[2]), NO_BIAS))
        .hasMessage("weights must be floating-point, got I8 [1, 2]");
    assertThatThrownBy(() ->
            Operation.Conv2d.ternary(
                new TernaryTensor(Shape.of(2, 4), w), NO_BIAS, g, Activations.INT8))
        .hasMessage("weights must have shape [out, in / groups, kernelH, kernelW], got [2, 4]");
    assertThatThrownBy(
            () -> Operation.Conv2d.dense(tensor(random, 3, 1, 1, 1), NO_BIAS, g.withGroups(2)))
        .hasMessage("2 groups must divide the outputs, got weights [3, 1, 1, 1]");
    Tensor two = tensor(random, 2);
    Tensor three = tensor(random, 3);
    assertThatThrownBy(() -> new Operation.BatchNorm(two, three, two, two, 0))
        .hasMessage("beta must have the shape [2] of gamma, got [3]");
    assertThatThrownBy(
            () -> new Operation.BatchNorm(two, two, two, Tensor.of(Shape.of(2), 1f, -1f), 1e-5f))
        .hasMessage("variance + eps must be above 0, got -1.0 + 1.0E-5 at index 1");
    assertThatThrownBy(() -> new Operation.RmsNorm(two, Float.NaN))
        .hasMessage("eps must be finite and at least 0, got NaN");
    assertThatThrownBy(() -> new Operation.SubsamplePad(0, 1))
        .hasMessage("stride and outChannels must be at least 1, got 0 and 1");
    assertThatThrownBy(() -> PoolGeometry.of(2, 1, 2))
        .hasMessage(
            "the padding of a pool must be from 0 to half the window, got padding 2 by 2 of window"
                + " 2 by 2");
    assertThatThrownBy(() -> PoolGeometry.of(0)).hasMessageContaining("must be at least 1");
  }

  @Test
  void onePredictionAllocatesLittleMoreThanItsResult() {
    List<Operation> layers = mlp(new SplittableRandom(11), 784, 256, 10, Activations.INT8);
    float[] x = floats(new SplittableRandom(12), 784);
    try (Model model =
        Model.of(
            Graph.sequence(Shape.of(784), layers),
            ModelOptions.defaults()
                .withKernel(Kernels.best())
                .withParallelism(Parallelism.single()))) {
      // The result takes 56 bytes; the rest is the input's and the queue's wrapping.
      assertThat(Allocations.perRunOnceWarm(() -> model.predict(x), 512, Duration.ofSeconds(20)))
          .isLessThanOrEqualTo(512);
    }
  }

  private static ModelOptions options(Parallelism threads) {
    return ModelOptions.defaults().withParallelism(threads);
  }

  private static List<Operation> withFlatten(List<Operation> layers) {
    List<Operation> all = new ArrayList<>();
    all.add(new Operation.Flatten());
    all.addAll(layers);
    return all;
  }

  private static List<Operation> mlp(
      SplittableRandom random, int in, int hidden, int out, Activations activations) {
    return List.of(
        ternary(random, hidden, in, activations),
        norm(random, hidden),
        new Operation.Relu(),
        ternary(random, hidden, hidden, activations),
        norm(random, hidden),
        new Operation.Relu(),
        Operation.Linear.dense(tensor(random, out, hidden), Optional.of(tensor(random, out))));
  }

  private static Graph residual(SplittableRandom random) {
    Graph.Builder graph = Graph.builder();
    String first =
        graph.sequence(
            "",
            graph.input("x", Shape.of(3, 8, 8)),
            List.of(
                ternaryConv(random, Activations.INT8, 6, 3, ConvGeometry.of(1, 1)),
                norm(random, 6),
                new Operation.Relu()));
    String second =
        Nets.residual(
            graph,
            "3",
            first,
            List.of(
                ternaryConv(random, Activations.FLOAT32, 12, 6, ConvGeometry.of(2, 1)),
                norm(random, 12),
                new Operation.Silu(),
                ternaryConv(random, Activations.INT8, 12, 12, ConvGeometry.of(1, 1))),
            List.of(new Operation.SubsamplePad(2, 12)));
    String third =
        Nets.residual(
            graph,
            "5",
            graph.add("4", new Operation.Relu(), second),
            List.of(
                Operation.Conv2d.dense(
                    tensor(random, 12, 12, 3, 3), NO_BIAS, ConvGeometry.of(1, 1))),
            List.of());
    String last =
        graph.sequence(
            "end.",
            third,
            List.of(
                new Operation.AvgPool2d(PoolGeometry.of(2)),
                new Operation.Flatten(),
                ternary(random, 5, 48, Activations.INT8),
                new Operation.Softmax()));
    return graph.output(last).build();
  }

  private static List<Operation> linears(SplittableRandom random, Activations activations) {
    return List.of(
        Operation.Linear.dense(tensor(random, 6, 9), Optional.of(tensor(random, 6))),
        Operation.Conv2d.dense(tensor(random, 6, 3, 3, 3), NO_BIAS, ConvGeometry.of(1, 1)),
        ternary(random, 6, 9, activations),
        Operation.Linear.ternary(
            Quantizer.optimal().perRow().quantize("w", tensor(random, 6, 9)).matrix(),
            Optional.of(tensor(random, 6)),
            activations),
        Operation.Linear.ternary(
            Quantizer.twn().perGroup(4).quantize("w", tensor(random, 6, 9)).matrix(),
            NO_BIAS,
            activations),
        ternaryConv(random, activations, 6, 3, ConvGeometry.of(1, 1)));
  }

  private static Shape layerInput(Operation layer) {
    return layer instanceof Operation.Conv2d ? Shape.of(3, 7, 6) : Shape.of(9);
  }

  private static Operation ternary(
      SplittableRandom random, int out, int in, Activations activations) {
    return Operation.Linear.ternary(
        Quantizer.absmean().quantize("w", tensor(random, out, in)).matrix(), NO_BIAS, activations);
  }

  private static Operation ternaryConv(
      SplittableRandom random, Activations activations, int out, int in, ConvGeometry geometry) {
    Tensor weights = tensor(random, out, in, 3, 3);
    return Operation.Conv2d.ternary(
        new TernaryTensor(
            weights.shape(), Quantizer.absmean().perRow().quantize("w", weights).matrix()),
        Optional.of(tensor(random, out)),
        geometry,
        activations);
  }

  private static Operation.BatchNorm norm(SplittableRandom random, int features) {
    float[] variance = floats(random, features);
    for (int i = 0; i < features; i++) {
      variance[i] = Math.abs(variance[i]) + 0.1f;
    }
    return new Operation.BatchNorm(
        tensor(random, features),
        tensor(random, features),
        tensor(random, features),
        Tensor.of(Shape.of(features), variance),
        1e-5f);
  }

  private static Tensor tensor(SplittableRandom random, long... dims) {
    Shape shape = Shape.of(dims);
    return Tensor.of(shape, floats(random, (int) shape.elements()));
  }

  private static float[] floats(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
