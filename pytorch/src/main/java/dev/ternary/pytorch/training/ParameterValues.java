package dev.ternary.pytorch.training;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import dev.ternary.pytorch.layers.TernaryWeight;
import dev.ternary.pytorch.layers.TernaryWeights;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All parameters of a block at one moment, those of its normalisations too.
 *
 * @param values by path, in the block's order
 */
record ParameterValues(Map<String, Tensor> values) {

  static ParameterValues of(Block block) {
    var values = new LinkedHashMap<String, Tensor>();
    for (Pair<String, Parameter> p : block.getParameters()) {
      var array = p.getValue().getArray();
      var shape = Shape.of(array.getShape().getShape());
      values.put(p.getKey(), Tensor.of(shape, array.toFloatArray()));
    }
    return new ParameterValues(values);
  }

  /**
   * Writes the values into a block of the same structure.
   *
   * @throws IllegalArgumentException if a parameter is missing or has another shape; the message
   *     gives its path
   */
  void restore(Block block) {
    var checked = new ArrayList<Pair<Parameter, Tensor>>();
    for (Pair<String, Parameter> p : block.getParameters()) {
      Tensor value = values.get(p.getKey());
      if (value == null) {
        throw new IllegalArgumentException("parameter '" + p.getKey() + "' is missing");
      }
      var shape = Shape.of(p.getValue().getArray().getShape().getShape());
      if (!value.shape().equals(shape)) {
        throw new IllegalArgumentException(
            "parameter '" + p.getKey() + "' has shape " + value.shape() + ", expected " + shape);
      }
      checked.add(new Pair<>(p.getValue(), value));
    }
    checked.forEach(p -> p.getKey().getArray().set(p.getValue().toFloatArray()));
    TernaryWeights.of(block).forEach(TernaryWeight::refresh);
  }
}
