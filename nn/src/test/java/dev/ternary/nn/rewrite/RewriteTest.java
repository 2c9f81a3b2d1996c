package dev.ternary.nn.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.kernel.Activations;
import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RewriteTest {

  private static final Operation RELU = new Operation.Relu();

  private static Tensor vector(float... values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  /** Doubles and adds 1: (x - 0) / sqrt(1) * 2 + 1. */
  private static Operation norm(int features) {
    float[] twos = new float[features];
    float[] ones = new float[features];
    java.util.Arrays.fill(twos, 2);
    java.util.Arrays.fill(ones, 1);
    return new Operation.BatchNorm(
        vector(twos), vector(ones), vector(new float[features]), vector(ones), 0);
  }

  private static Operation linear() {
    return Operation.Linear.ternary(
        TernaryMatrix.pack(2, 2, new byte[] {1, 1, -1, 0}), Optional.empty(), Activations.FLOAT32);
  }

  private static float[] floats(@Nullable Tensor tensor) {
    return Objects.requireNonNull(tensor).toFloatArray();
  }

  private static List<String> names(Graph graph) {
    return graph.nodes().stream().map(Node::name).toList();
  }

  @Test
  void normAndReluBecomePartOfTheLayerAndOutputsKeepTheirNames() {
    Graph graph = Graph.sequence(Shape.of(2), linear(), norm(2), RELU, linear(), norm(2));
    Graph folded = FoldBatchNorm.in(graph);
    assertThat(names(folded)).containsExactly("0", "2", "4");
    Graph fused = FuseRelu.in(folded);
    assertThat(names(fused)).containsExactly("0", "4");
    assertThat(fused.outputs()).containsExactly("4");
    float[] x = {3, -1};
    // [1 1; -1 0] twice, each then doubled plus one, with a ReLU between.
    try (Model plain = Model.of(graph)) {
      assertThat(plain.predict(x)).containsExactly(11, -9);
    }
    try (Model short_ = Model.of(fused)) {
      assertThat(short_.predict(x)).containsExactly(11, -9);
    }
  }

  @Test
  void aValueThatSomebodyElseReadsStays() {
    Graph.Builder builder = Graph.builder();
    String x = builder.input("x", Shape.of(2));
    String product = builder.add("product", linear(), x);
    String normed = builder.add("normed", norm(2), product);
    String sum = builder.add("sum", new Operation.Add(), product, normed);
    Graph graph = builder.output(sum).build();
    assertThat(FoldBatchNorm.in(graph)).isEqualTo(graph);

    Graph.Builder shown = Graph.builder();
    String first = shown.add("first", linear(), shown.input("x", Shape.of(2)));
    String second = shown.add("second", RELU, first);
    Graph both = shown.output(first).output(second).build();
    assertThat(FuseRelu.in(both)).isEqualTo(both);
    try (Model model = Model.of(both)) {
      Map<String, Tensor> y = model.run(Map.of("x", Tensor.of(Shape.of(1, 2), 3f, -1f)));
      assertThat(floats(y.get("first"))).containsExactly(2, -3);
      assertThat(floats(y.get("second"))).containsExactly(2, 0);
    }
  }

  @Test
  void whatIsDoneToPixelsMovesIntoTheNetwork() {
    Graph graph = Graph.sequence(Shape.of(1, 2), new Operation.Flatten(), linear());
    Graph pixels = NormalizeInput.before(graph, new float[] {51}, new float[] {102});
    float[] x = {255, 0};
    // (255 - 51) / 102 = 2 and -0.5
    try (Model model = Model.of(pixels)) {
      assertThat(model.predict(x)).containsExactly(new float[] {1.5f, -2}, within(1e-6f));
    }
    Graph folded = NormalizeInput.intoLinear(pixels);
    assertThat(names(folded)).containsExactly("0", "1");
    try (Model model = Model.of(folded)) {
      assertThat(model.predict(x)).containsExactly(new float[] {1.5f, -2}, within(1e-6f));
    }
    assertThatThrownBy(() -> NormalizeInput.before(graph, new float[2], new float[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected 1 numbers or one, got 2");
  }

  @Test
  void normsThatDifferByFeatureStayInFront() {
    Graph graph = Graph.sequence(Shape.of(2, 1), new Operation.Flatten(), linear());
    Graph pixels = NormalizeInput.before(graph, new float[] {1, 2}, new float[] {1, 1});
    assertThat(NormalizeInput.intoLinear(pixels)).isEqualTo(pixels);
  }
}
