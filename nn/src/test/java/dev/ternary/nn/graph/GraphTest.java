package dev.ternary.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.kernel.Activations;
import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GraphTest {

  private static final Operation RELU = new Operation.Relu();

  private static Graph graph(List<Node> nodes, String... outputs) {
    return new Graph(
        List.of(new Input("x", Dims.of(Shape.of(2)))), nodes, List.of(outputs), ModelInfo.none());
  }

  @Test
  void refusesValuesThatAreMissingOrMadeTwice() {
    assertThatThrownBy(() -> graph(List.of(new Node("a", RELU, List.of("b"))), "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layer a (Relu): no value 'b' was made before it, known are [x]");
    assertThatThrownBy(() -> graph(List.of(new Node("x", RELU, List.of("x"))), "x"))
        .hasMessage("two values have the name 'x'; each needs its own");
    assertThatThrownBy(() -> graph(List.of(), "y"))
        .hasMessage("the outputs must be different values of the graph, got ['y']");
    assertThatThrownBy(() -> graph(List.of(), "x", "x"))
        .hasMessage("the outputs must be different values of the graph, got ['x', 'x']");
    assertThatThrownBy(() -> graph(List.of()))
        .hasMessage("a graph needs at least one input and one output");
    assertThatThrownBy(() -> new Node("a b", RELU, List.of()))
        .hasMessage("the name of a layer must have 1 to 200 characters without spaces, got 'a b'");
  }

  @Test
  void refusesAWrongNumberOfInputs() {
    assertThatThrownBy(() -> graph(List.of(new Node("a", RELU, List.of("x", "x"))), "a"))
        .hasMessage("layer a (Relu): expected 1 inputs, found 2");
    assertThatThrownBy(() -> graph(List.of(new Node("a", new Operation.Add(), List.of("x"))), "a"))
        .hasMessage("layer a (Add): expected 2 inputs, found 1");
    assertThatThrownBy(() -> graph(List.of(new Node("a", new Operation.Concat(0), List.of())), "a"))
        .hasMessage("layer a (Concat): expected 1 or more inputs, found 0");
  }

  @Test
  void aBuilderRefusesWhereTheMistakeIsMade() {
    Graph.Builder builder = Graph.builder();
    String x = builder.input("x", Shape.of(2));
    assertThatThrownBy(() -> builder.add("a", RELU, "y"))
        .hasMessage("layer a (Relu): no value 'y' was made before it");
    assertThatThrownBy(() -> builder.add("a", new Operation.Transpose(List.of(1, 0)), x))
        .hasMessage("layer a (Transpose): expected 2 dimensions for the order [1, 0], found [2]");
    assertThatThrownBy(() -> builder.add("a", new Operation.Reshape(List.of(3, -1)), x))
        .hasMessageContaining("expected a shape with as many elements as [3, -1], found [2]");
    assertThatThrownBy(() -> builder.add("a", new Operation.Slice(0, 2, 3, 1), x))
        .hasMessage("layer a (Slice): nothing is left of [2] from 2 to 3 of dimension 0");
    assertThatThrownBy(
            () -> builder.add("a", new Operation.Reduce(Operation.Reduce.Kind.SUM, 1, true), x))
        .hasMessage("layer a (Reduce): expected a dimension 1, found shape [2]");
    assertThat(builder.output(x).build().nodes()).isEmpty();
  }

  @Test
  void refusesMoreDimensionsThanAnyNetworkHas() {
    assertThatThrownBy(() -> new Operation.Reshape(java.util.Collections.nCopies(17, 1)))
        .hasMessage("dims must have at most 16 entries, got 17");
    var table = new Operation.Embedding(new Weights.Dense(Tensor.of(Shape.of(1, 1), 0f)));
    List<Operation> chain = java.util.Collections.nCopies(16, table);
    assertThatThrownBy(() -> Graph.sequence(Shape.of(1), chain))
        .hasMessage("layer 15 (Embedding): the output must have at most 16 dimensions, found 17");
  }

  @Test
  void checksTheSmallestSizesToo() {
    Graph.Builder builder = Graph.builder();
    String x = builder.input("x", Dims.of(Dim.free("tokens", 1, 8)));
    String part = builder.add("part", new Operation.Slice(0, 3, 8, 1), x);
    assertThatThrownBy(() -> builder.output(part).build())
        .hasMessage("layer part (Slice): nothing is left of [1] from 3 to 8 of dimension 0");
    assertThatThrownBy(() -> Dim.free("tokens", 0, 8))
        .hasMessage(
            "the free dimension 'tokens' must go from at least 1 to no less than that, got 0 to 8");
  }

  @Test
  void operationsRefusePartsThatDoNotFit() {
    assertThatThrownBy(() -> new Operation.Clip(1, 0))
        .hasMessage("low must not be above high, nor all be cut away, got 1.0, 0.0");
    assertThatThrownBy(() -> new Operation.Transpose(List.of(0, 0)))
        .hasMessage("order must hold each of 0 to 1 once, got [0, 0]");
    assertThatThrownBy(() -> new Operation.Attention(4, 3, false))
        .hasMessage("keyHeads must divide heads, got 3 and 4");
    assertThatThrownBy(() -> new Operation.Rope(3, 1, Operation.Rope.Pairing.HALVES))
        .hasMessage("headSize must be even and at least 2, got 3");
    assertThatThrownBy(() -> new Operation.Slice(0, 0, 1, 0))
        .hasMessage("step must be at least 1, got 0");
    Tensor bytes = Tensor.of(Shape.of(2, 2), new byte[4]);
    assertThatThrownBy(() -> new Weights.Int8(bytes, Tensor.of(Shape.of(3), 1f, 1f, 1f)))
        .hasMessage("int8 weights [2, 2] need scales [2], got [3]");
  }

  @Test
  void changesWeightsAndActivationsEverywhere() {
    TernaryMatrix w = TernaryMatrix.pack(2, 2, new byte[] {1, 0, -1, 1});
    Operation ternary = Operation.Linear.ternary(w, Optional.empty(), Activations.INT8);
    Graph graph = Graph.sequence(Shape.of(2), ternary, RELU, ternary);
    assertThat(graph.roundsActivations()).isTrue();
    Graph exact = graph.withActivations(Activations.FLOAT32);
    assertThat(exact.roundsActivations()).isFalse();
    assertThat(exact.withActivations(Activations.INT8)).isEqualTo(graph);
    Graph dense = graph.repack(Packing.base243());
    assertThat(dense.nodes().get(2).operation().weights())
        .hasValueSatisfying(weights ->
            assertThat(((Weights.Ternary) weights).values().matrix().packing())
                .isEqualTo(Packing.base243()));
  }

  @Test
  void refusesWordsThatAreNotAboutTheGraph() {
    Graph graph = Graph.sequence(Shape.of(28, 28), RELU);
    var image = ImageInput.ofPixels(3, 28, 28, ImageInput.Polarity.AS_IS);
    assertThatThrownBy(() -> graph.withInfo(new ModelInfo(Optional.of(image), List.of())))
        .hasMessageContaining("the image [3, 28, 28] is no input of a graph that takes");
    assertThatThrownBy(() -> graph.withInfo(new ModelInfo(Optional.empty(), List.of("a", "b"))))
        .hasMessage("2 class names do not fit outputs of shape [[28, 28]]");
    assertThatThrownBy(
            () -> new ImageInput(1, 2, 2, 0, 1, ImageInput.Polarity.AS_IS, List.of(), List.of(0f)))
        .hasMessage("std must be above 0, got [0.0]");
  }
}
