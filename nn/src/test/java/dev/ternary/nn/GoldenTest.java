package dev.ternary.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.Goldens.Case;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every layer against PyTorch in float64; see {@code goldens.py}. */
class GoldenTest {

  static List<String> convolutions() {
    return names("conv_");
  }

  static List<String> ternaryConvolutions() {
    return names("ternary_conv_");
  }

  private static List<String> names(String prefix) {
    List<String> names =
        Goldens.all().keySet().stream().filter(name -> name.startsWith(prefix)).toList();
    assertThat(names).isNotEmpty();
    return names;
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void convolvesAsPyTorch(String name) {
    Case c = Goldens.named(name);
    // Sums of at most 49 products of normal numbers.
    check(c, Operation.Conv2d.dense(c.tensor("weight"), c.bias(), c.geometry()), "y", 1e-5f);
  }

  @ParameterizedTest
  @MethodSource("ternaryConvolutions")
  void convolvesTernaryWeightsAsPyTorch(String name) {
    Case c = Goldens.named(name);
    var weights = new TernaryTensor(c.tensor("trits").shape(), c.ternary());
    check(
        c,
        Operation.Conv2d.ternary(weights, c.bias(), c.geometry(), Activations.FLOAT32),
        "y",
        1e-5f);
    // Integers and the same roundings: the same bits.
    check(c, Operation.Conv2d.ternary(weights, c.bias(), c.geometry(), Activations.INT8), "y8", 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "tokens"})
  void multipliesAsPyTorch(String name) {
    Case c = Goldens.named("linear_" + name);
    check(c, Operation.Linear.dense(c.tensor("weight"), c.bias()), "y", 1e-5f);
    Case t = Goldens.named("ternary_linear_" + name);
    check(t, Operation.Linear.ternary(t.ternary(), t.bias(), Activations.FLOAT32), "y", 1e-5f);
    check(t, Operation.Linear.ternary(t.ternary(), t.bias(), Activations.INT8), "y8", 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"features", "images"})
  void normalizesBatchesAsPyTorch(String name) {
    Case c = Goldens.named("batch_norm_" + name);
    check(c, batchNorm(c, ""), "y", 4e-6f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"last", "last_two"})
  void normalizesRowsAsPyTorch(String name) {
    Case c = Goldens.named("layer_norm_" + name);
    check(c, new Operation.LayerNorm(c.tensor("gamma"), c.tensor("beta"), c.eps()), "y", 1e-6f);
    Case rms = Goldens.named("rms_norm_" + name);
    check(rms, new Operation.RmsNorm(rms.tensor("gamma"), rms.eps()), "y", 1e-6f);
  }

  @Test
  void activatesAsPyTorch() {
    check(Goldens.named("relu"), new Operation.Relu(), "y", 0);
    check(Goldens.named("gelu"), new Operation.Gelu(), "y", 1e-6f);
    check(Goldens.named("gelu_tanh"), new Operation.Gelu(Operation.Gelu.Form.TANH), "y", 1e-6f);
    check(Goldens.named("silu"), new Operation.Silu(), "y", 1e-6f);
    check(Goldens.named("softmax"), new Operation.Softmax(), "y", 1e-6f);
  }

  @Test
  void geluKeepsItsRelativeErrorInTheTail() {
    Case c = Goldens.named("gelu");
    float[] y = predict(c, new Operation.Gelu(), Kernels.scalar());
    for (int i = 0; i < y.length; i++) {
      float expected = c.tensor("tail").getFloat(i);
      // 1.2e-7 of erfc, and both were rounded to float32.
      assertThat(y[i]).isCloseTo(expected, within(2.4e-7f * Math.abs(expected) + Float.MIN_NORMAL));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "overlapping"})
  void poolsAsPyTorch(String name) {
    Case max = Goldens.named("max_pool_" + name);
    check(max, new Operation.MaxPool2d(max.pool()), "y", 0);
    Case avg = Goldens.named("avg_pool_" + name);
    check(avg, new Operation.AvgPool2d(avg.pool()), "y", 1e-6f);
  }

  @Test
  void averagesImagesAndSubsamplesAsPyTorch() {
    check(Goldens.named("global_avg_pool"), new Operation.GlobalAvgPool2d(), "y", 1e-6f);
    Case c = Goldens.named("subsample_pad");
    int[] sizes = c.ints("stride_channels");
    check(c, new Operation.SubsamplePad(sizes[0], sizes[1]), "y", 0);
  }

  @Test
  void runsAResidualNetAsPyTorch() {
    Case c = Goldens.named("net");
    Optional<Tensor> none = Optional.empty();
    var one = ConvGeometry.of(1, 1);
    var two = ConvGeometry.of(2, 1);
    Graph.Builder graph = Graph.builder();
    String stem =
        graph.sequence(
            "stem.",
            graph.input("x", c.sampleShape()),
            List.of(
                Operation.Conv2d.dense(c.tensor("conv.weight"), none, one),
                batchNorm(c, "bn."),
                new Operation.Relu()));
    String first =
        Nets.residual(
            graph,
            "first",
            stem,
            List.of(Operation.Conv2d.dense(c.tensor("a.weight"), none, one), batchNorm(c, "abn.")),
            List.of());
    String second =
        Nets.residual(
            graph,
            "second",
            graph.add("first.relu", new Operation.Relu(), first),
            List.of(Operation.Conv2d.dense(c.tensor("b.weight"), none, two), batchNorm(c, "bbn.")),
            List.of(
                Operation.Conv2d.dense(
                    c.tensor("short.weight"),
                    Optional.of(c.tensor("short.bias")),
                    ConvGeometry.of(2, 0))));
    String last =
        graph.sequence(
            "head.",
            second,
            List.of(
                new Operation.Relu(),
                new Operation.GlobalAvgPool2d(),
                Operation.Linear.dense(c.tensor("fc.weight"), Optional.of(c.tensor("fc.bias"))),
                new Operation.Softmax()));
    try (Model model = Model.of(graph.output(last).build())) {
      assertClose(c, model.predict(c.tensor("x")), c.tensor("y"), 3e-6f);
    }
  }

  private static Operation batchNorm(Case c, String prefix) {
    if (prefix.isEmpty()) {
      return new Operation.BatchNorm(
          c.tensor("gamma"), c.tensor("beta"), c.tensor("mean"), c.tensor("variance"), c.eps());
    }
    return new Operation.BatchNorm(
        c.tensor(prefix + "weight"),
        c.tensor(prefix + "bias"),
        c.tensor(prefix + "running_mean"),
        c.tensor(prefix + "running_var"),
        c.eps());
  }

  /** Every kernel, with the batch at once and one sample at a time. */
  private static void check(Case c, Operation layer, String key, float bound) {
    for (TernaryKernel kernel : List.of(Kernels.scalar(), Kernels.best())) {
      try (Parallelism threads = Parallelism.always(2);
          Model model =
              Model.of(
                  Graph.sequence(c.sampleShape(), List.of(layer)),
                  ModelOptions.defaults().withKernel(kernel).withParallelism(threads))) {
        Tensor x = c.tensor("x");
        Tensor y = model.predict(x);
        assertThat(y.shape()).as(c.name()).isEqualTo(c.tensor(key).shape());
        assertClose(c, y, c.tensor(key), bound);
        for (long i = 0; i < x.shape().dim(0); i++) {
          assertThat(model.predict(x.slice(i, i + 1)).toFloatArray())
              .isEqualTo(y.slice(i, i + 1).toFloatArray());
        }
      }
    }
  }

  private static float[] predict(Case c, Operation layer, TernaryKernel kernel) {
    try (Model model =
        Model.of(
            Graph.sequence(c.sampleShape(), List.of(layer)),
            ModelOptions.defaults().withKernel(kernel))) {
      return model.predict(c.tensor("x").toFloatArray());
    }
  }

  private static void assertClose(Case c, Tensor actual, Tensor expected, float bound) {
    float[] a = actual.toFloatArray();
    float[] e = expected.toFloatArray();
    for (int i = 0; i < e.length; i++) {
      float most = bound * Math.max(1, Math.abs(e[i]));
      assertThat(a[i])
          .as("%s at %s", c.name(), Arrays.toString(expected.shape().indexOf(i)))
          .isCloseTo(e[i], within(most));
    }
  }
}
