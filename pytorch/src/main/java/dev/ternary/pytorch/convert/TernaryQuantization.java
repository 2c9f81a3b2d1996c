package dev.ternary.pytorch.convert;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Convolution;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.RecurrentBlock;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.pytorch.layers.TernaryBlock;
import dev.ternary.pytorch.layers.TernaryScope;
import dev.ternary.pytorch.layers.TernaryWeight;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the weights of an existing network ternary: of every linear layer, convolution and
 * recurrent layer in it, through DJL's public API only. Networks loaded from TorchScript have no
 * blocks inside and stay float.
 */
public final class TernaryQuantization {

  private TernaryQuantization() {}

  /**
   * A converted network.
   *
   * @param block computes with ternary weights, can be trained, and shares its parameters with the
   *     network it was made of: {@link TernaryScope#inner} undoes the conversion
   * @param layers what became of each ternary weight, in the network's order
   * @param skipped paths of layers that stay float because the configuration says so
   * @param unsupported paths and types of other blocks with weight matrices, which stay float
   */
  public record Converted(
      TernaryScope block,
      List<QuantizationReport> layers,
      List<String> skipped,
      List<String> unsupported) {

    /** Makes the lists unmodifiable. */
    public Converted {
      layers = List.copyOf(layers);
      skipped = List.copyOf(skipped);
      unsupported = List.copyOf(unsupported);
    }
  }

  /** A weight that can become ternary. */
  private record Candidate(String path, Parameter weight) {}

  /**
   * Converts an initialized network, which is not changed.
   *
   * @throws IllegalStateException if it is not initialized
   * @throws IllegalArgumentException if a weight is NaN or infinite; the message gives its path
   */
  public static Converted convert(Block network, QuantizationConfig config) {
    var candidates = new ArrayList<Candidate>();
    var unsupported = new ArrayList<String>();
    collect("", network, candidates, unsupported);
    if (!network.isInitialized()) {
      throw new IllegalStateException(
          "the network has no weights yet: initialize it with its input shape or load it first");
    }
    var skipped = new ArrayList<String>();
    String first = candidates.isEmpty() ? "" : layerOf(candidates.getFirst());
    String last = candidates.isEmpty() ? "" : layerOf(candidates.getLast());
    var chosen = new ArrayList<Candidate>();
    for (Candidate candidate : candidates) {
      String layer = layerOf(candidate);
      if (config.skips(layer)
          || (config.keepFirst() && layer.equals(first))
          || (config.keepLast() && layer.equals(last))) {
        skipped.add(candidate.path());
        continue;
      }
      chosen.add(candidate);
    }
    var scope =
        TernaryScope.of(network, config.options(), chosen.stream().map(Candidate::weight).toList());
    var reports = new ArrayList<QuantizationReport>();
    for (Candidate candidate : chosen) {
      TernaryWeight ternary = scope.weight(candidate.weight()).orElseThrow();
      reports.add(ternary.quantized(candidate.path()).report());
    }
    return new Converted(scope, reports, skipped, unsupported);
  }

  /**
   * The packed ternary weights of a converted network by their paths, in the network's order.
   *
   * @throws IllegalArgumentException if a weight is NaN or infinite
   */
  public static Map<String, TernaryTensor> exportTernaryWeights(Converted converted) {
    var candidates = new ArrayList<Candidate>();
    collect("", converted.block().inner(), candidates, new ArrayList<>());
    var packed = new LinkedHashMap<String, TernaryTensor>();
    for (Candidate candidate : candidates) {
      converted
          .block()
          .weight(candidate.weight())
          .ifPresent(ternary ->
              packed.put(
                  candidate.path(),
                  new TernaryTensor(
                      Shape.of(candidate.weight().getShape().getShape()), ternary.matrix())));
    }
    return packed;
  }

  private static String layerOf(Candidate candidate) {
    int dot = candidate.path().lastIndexOf('.');
    return dot < 0 ? "" : candidate.path().substring(0, dot);
  }

  private static void collect(
      String path, Block block, List<Candidate> candidates, List<String> unsupported) {
    boolean supported =
        block instanceof Linear || block instanceof Convolution || block instanceof RecurrentBlock;
    for (var entry : block.getDirectParameters()) {
      Parameter parameter = entry.getValue();
      boolean matrix =
          parameter.getType() == Parameter.Type.WEIGHT
              && parameter.isInitialized()
              && parameter.getShape().dimension() >= 2;
      if (matrix && supported && !(block instanceof TernaryBlock)) {
        candidates.add(new Candidate(join(path, entry.getKey()), parameter));
      } else if (matrix && !supported) {
        unsupported.add(join(path, entry.getKey()) + " of " + block.getClass().getSimpleName());
      }
    }
    for (var child : block.getChildren()) {
      collect(join(path, child.getKey()), child.getValue(), candidates, unsupported);
    }
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
