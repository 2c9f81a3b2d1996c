package dev.ternary.nn.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.ConvNets;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.nn.rewrite.FoldBatchNorm;
import dev.ternary.nn.rewrite.FuseRelu;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OrderPlanTest {

  static List<String> names() {
    return ConvNets.names();
  }

  private static OrderPlan plan(Graph graph) {
    Graph running = FuseRelu.in(FoldBatchNorm.in(graph));
    return OrderPlan.of(running, ResidualSums.in(running));
  }

  private static List<String> turned(OrderPlan plan) {
    return plan.steps().stream()
        .filter(step -> !step.value().equals(step.task().name()))
        .map(OrderPlan.Placed::value)
        .toList();
  }

  private static String types(OrderPlan plan) {
    return plan.steps().stream()
        .map(step -> step.task().operation().typeName() + step.task().inputs().size())
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @MethodSource("names")
  void nothingIsTurnedBetweenConvolutions(String name) {
    OrderPlan plan = plan(ConvNets.named(name, Activations.INT8));
    List<String> turned = turned(plan);
    assertThat(turned.getFirst()).isEqualTo("x");
    // The last mean of a plane has an order of its own; a flatten of images has not.
    assertThat(turned).hasSize(name.equals("vgg") ? 2 : 1);
    for (OrderPlan.Placed step : plan.steps()) {
      if (step.task().operation() instanceof Operation.Conv2d) {
        assertThat(step.reads()).containsOnly(Order.CHANNELS_LAST);
        assertThat(step.order()).isEqualTo(Order.CHANNELS_LAST);
      }
    }
  }

  @Test
  void sumAndReluArePartOfTheConvolution() {
    OrderPlan plan = plan(ConvNets.named("cifar-resnet", Activations.INT8));
    assertThat(types(plan))
        .isEqualTo(
            "Transpose1 TernaryConv2d1 TernaryConv2d1 TernaryConv2d2 TernaryConv2d1 SubsamplePad1"
                + " TernaryConv2d2 TernaryConv2d1 TernaryConv2d2 GlobalAvgPool2d1 TernaryLinear1");
  }

  @Test
  void aConvolutionThatOthersReadStaysAlone() {
    Graph.Builder graph = Graph.builder();
    String x = graph.input("x", Shape.of(2, 4, 4));
    String conv = graph.add("conv", conv(), x);
    String sum = graph.add("sum", new Operation.Add(), conv, x);
    graph.add("y", new Operation.Relu(), sum);
    OrderPlan apart = plan(graph.output("conv").output("y").build());
    assertThat(types(apart)).isEqualTo("Transpose1 Conv2d1 Add2 Relu1 Transpose1 Transpose1");
    assertThat(turned(apart)).containsExactly("x", "conv", "y");
  }

  @Test
  void aSumThatIsReadItselfEndsTheConvolution() {
    Graph.Builder graph = Graph.builder();
    String x = graph.input("x", Shape.of(2, 4, 4));
    String conv = graph.add("conv", conv(), x);
    String sum = graph.add("sum", new Operation.Add(), x, conv);
    graph.add("y", new Operation.Relu(), sum);
    OrderPlan plan = plan(graph.output("sum").output("y").build());
    assertThat(types(plan)).isEqualTo("Transpose1 Conv2d2 Relu1 Transpose1 Transpose1");
  }

  @Test
  void aSumWithAFactorForEachChannelIsNoPartOfAConvolution() {
    Graph.Builder graph = Graph.builder();
    String x = graph.input("x", Shape.of(2, 4, 4));
    String each = graph.input("each", Shape.of(2, 1, 1));
    graph.add("y", new Operation.Add(), graph.add("conv", conv(), x), each);
    assertThat(types(plan(graph.output("y").build())))
        .isEqualTo("Transpose1 Conv2d1 Add2 Transpose1");
  }

  @Test
  void valuesWithoutImagesLieAsTheirShapesSay() {
    Graph.Builder graph = Graph.builder();
    String x = graph.input("x", Shape.of(3, 8));
    String sum = graph.add("sum", new Operation.Add(), x, x);
    graph.add("y", new Operation.Transpose(List.of(1, 0)), sum);
    OrderPlan plan = plan(graph.output("y").build());
    assertThat(turned(plan)).isEmpty();
    assertThat(plan.steps()).allMatch(step -> step.order() == Order.CHANNELS_FIRST);
  }

  @Test
  void whatHasOneOrderIsNotTurned() {
    Graph.Builder graph = Graph.builder();
    String x = graph.input("x", Shape.of(1, 8, 8));
    String pool = graph.add("pool", new Operation.MaxPool2d(PoolGeometry.of(8)), x);
    graph.add("y", new Operation.Flatten(), pool);
    assertThat(turned(plan(graph.output("y").build()))).isEmpty();
  }

  private static Operation conv() {
    return Operation.Conv2d.dense(
        Tensor.of(Shape.of(2, 2, 1, 1), 1f, 2f, 3f, 4f), Optional.empty(), ConvGeometry.of(1, 0));
  }
}
