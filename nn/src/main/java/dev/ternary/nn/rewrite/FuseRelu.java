package dev.ternary.nn.rewrite;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Operation.PostOp;
import java.util.Optional;

/**
 * Makes a ReLU part of the linear layer or convolution before it, which then needs no pass over the
 * results. The bits stay.
 */
public final class FuseRelu {

  private FuseRelu() {}

  /** The same network with each ReLU that can be fused made part of the layer before it. */
  public static Graph in(Graph graph) {
    var editor = new Editor(graph);
    for (int i = 0; i < editor.size(); i++) {
      Optional<Integer> before = editor.onlyInput(i);
      boolean relu = editor.node(i).operation() instanceof Operation.Relu;
      Optional<Operation> both =
          before.filter(_ -> relu).flatMap(index -> fuse(editor.node(index).operation()));
      if (both.isPresent()) {
        editor.merge(before.orElseThrow(), i, both.get());
      }
    }
    return editor.graph();
  }

  private static Optional<Operation> fuse(Operation layer) {
    return layer instanceof Operation.Product product && product.post() == PostOp.NONE
        ? Optional.of(product.with(product.values(), product.bias(), PostOp.RELU))
        : Optional.empty();
  }
}
