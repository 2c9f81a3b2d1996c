package dev.ternary.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.kernel.Activations;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Weights;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FiniteInputsTest {

  /** Input {@code b} goes through an int8 product, which bears no NaN; input {@code a} does not. */
  private static Graph sum() {
    Graph.Builder builder = Graph.builder();
    String a = builder.input("a", Shape.of(2));
    String b = builder.input("b", Shape.of(2));
    var weights =
        new Weights.Ternary(
            TernaryTensor.of(TernaryMatrix.pack(2, 2, new byte[] {1, 0, 0, 1})), Activations.INT8);
    String y = builder.add("y", new Operation.Linear(weights, Optional.empty()), b);
    return builder.output(builder.add("sum", new Operation.Add(), y, a)).build();
  }

  private static Tensor pair(float first, float second) {
    return Tensor.of(Shape.of(1, 2), first, second);
  }

  @Test
  void allInputsThatAreNotFiniteAreNamedSinceEachMayBeTheCause() {
    try (Model model = Model.of(sum())) {
      Tensor good = pair(1, 2);
      assertThatThrownBy(() ->
              model.run(Map.of("a", pair(1, Float.NaN), "b", pair(Float.POSITIVE_INFINITY, 0))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the input 'a' must be finite, got NaN in sample 0 at index [1]; the input 'b' must"
                  + " be finite, got Infinity in sample 0 at index [0]");
      assertThatThrownBy(() -> model.run(Map.of("a", good, "b", pair(0, Float.NaN))))
          .hasMessage("the input 'b' must be finite, got NaN in sample 0 at index [1]");
      Map<String, Tensor> results = model.run(Map.of("a", pair(Float.NaN, 2), "b", good));
      assertThat(results.values().iterator().next().getFloat(0)).isNaN();
    }
  }

  @Test
  void floatLayersPassNaNOnUnlessOneAsks() {
    Graph graph = Graph.sequence(Shape.of(2), new Operation.Relu());
    try (Model model = Model.of(graph)) {
      Tensor batch = Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, Float.NaN);
      assertThat(model.predict(batch).getFloat(2)).isEqualTo(3);
      assertThatThrownBy(() -> model.requireFinite(batch))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must be finite, got NaN in sample 1 at index [1]");
      model.requireFinite(Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, 4f));
    }
  }
}
