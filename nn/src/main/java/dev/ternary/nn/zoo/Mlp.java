package dev.ternary.nn.zoo;

import dev.ternary.formats.file.Text;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A chain of linear layers of whatever names and sizes, with a function between them. The order is
 * that of the file or, where the shapes do not fit each other in it, that of the names, in which 10
 * follows 9. A batch norm may follow a linear layer; the function comes after it.
 *
 * @param function what stands between linear layers
 */
record Mlp(String name, Operation function) implements Architecture {

  private static final String WEIGHT = ".weight";

  /** Layers that a message names. */
  private static final int SHOWN = 3;

  static List<Mlp> all() {
    return List.of(
        new Mlp("mlp", new Operation.Relu()),
        new Mlp("mlp-gelu", new Operation.Gelu()),
        new Mlp("mlp-silu", new Operation.Silu()),
        new Mlp("mlp-tanh", new Operation.Tanh()),
        new Mlp("mlp-sigmoid", new Operation.Sigmoid()));
  }

  @Override
  public int imageSize() {
    return 0;
  }

  @Override
  public Graph graph(StateDict weights, int size) {
    List<String> modules = ordered(weights);
    var layers = new Layers(weights);
    String x = layers.vector(weights.shape(modules.getFirst() + WEIGHT).dim(1));
    boolean first = true;
    for (String module : modules) {
      if (!isLinear(weights, module)) {
        x = layers.batchNorm(module, x);
        continue;
      }
      x = first ? x : layers.add(x + ".activation", function, x);
      Tensor weight = weights.tensor(module + WEIGHT, -1, layers.channels(x));
      String bias = module + ".bias";
      Optional<Tensor> summand =
          weights.has(bias)
              ? Optional.of(weights.tensor(bias, weight.shape().dim(0)))
              : Optional.empty();
      x = layers.add(module, Operation.Linear.dense(weight, summand), x);
      first = false;
    }
    return layers.build(x);
  }

  private static boolean isLinear(StateDict weights, String module) {
    return weights.shape(module + WEIGHT).rank() == 2;
  }

  private static List<String> ordered(StateDict weights) {
    Set<String> modules = new LinkedHashSet<>();
    for (String name : weights.names()) {
      if (name.endsWith(WEIGHT)) {
        modules.add(name.substring(0, name.length() - WEIGHT.length()));
      }
    }
    List<String> asStored = List.copyOf(modules);
    List<String> byName = modules.stream().sorted(Comparator.comparing(Mlp::sortable)).toList();
    if (isChain(weights, asStored)) {
      return asStored;
    }
    if (isChain(weights, byName)) {
      return byName;
    }
    List<String> found =
        byName.stream().map(m -> Text.quote(m) + " " + weights.shape(m + WEIGHT)).toList();
    throw new IllegalArgumentException(
        "expected linear layers NAME.weight [out, in], each as wide as the one before gives, found "
            + (found.isEmpty()
                ? "no tensor NAME.weight; the nearest names: "
                    + Text.near("fc.weight", weights.names())
                : String.join(", ", found.stream().limit(SHOWN).toList())
                    + (found.size() > SHOWN ? " and " + (found.size() - SHOWN) + " more" : "")));
  }

  /** Whether each layer takes what the one before gives. */
  private static boolean isChain(StateDict weights, List<String> modules) {
    long size = -1;
    for (String module : modules) {
      Shape shape = weights.shape(module + WEIGHT);
      boolean fits =
          switch (shape.rank()) {
            case 2 -> size == -1 || shape.dim(1) == size;
            case 1 -> shape.dim(0) == size && weights.has(module + ".running_var");
            default -> false;
          };
      if (!fits) {
        return false;
      }
      size = shape.dim(0);
    }
    return size != -1;
  }

  /** The name with its numbers filled up, so that they sort by value. */
  private static String sortable(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("(?<=\\D)(?=\\d)|(?<=\\d)(?=\\D)", -1)) {
      boolean number = !part.isEmpty() && Character.isDigit(part.charAt(0));
      parts.add(number ? "0".repeat(Math.max(0, 20 - part.length())) + part : part);
    }
    return String.join("", parts);
  }
}
