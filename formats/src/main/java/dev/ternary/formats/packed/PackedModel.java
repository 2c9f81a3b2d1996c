package dev.ternary.formats.packed;

import dev.ternary.formats.file.Text;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A model whose large weights are ternary: what {@link PackedModelFile} reads and {@link
 * PackedModelWriter} writes.
 *
 * @param ternary the packed weights by name
 * @param plain all other tensors by name: biases, norms, first and last layers
 * @param architecture how the layers are put together, as JSON whose meaning is the caller's
 */
public record PackedModel(
    Map<String, TernaryTensor> ternary, Map<String, Tensor> plain, Optional<String> architecture) {

  /** What the name of a weight's scales ends in, after the weight's own name. */
  static final String SCALE = ".scale";

  /** Makes the maps unmodifiable, keeping their order, and checks that no name is taken twice. */
  public PackedModel {
    ternary = Collections.unmodifiableMap(new LinkedHashMap<>(ternary));
    plain = Collections.unmodifiableMap(new LinkedHashMap<>(plain));
    for (String name : ternary.keySet()) {
      if (plain.containsKey(name)) {
        throw new IllegalArgumentException(
            "tensor " + Text.quote(name) + " is both ternary and plain");
      }
      if (plain.containsKey(name + SCALE) || ternary.containsKey(name + SCALE)) {
        throw new IllegalArgumentException(
            "tensor "
                + Text.quote(name + SCALE)
                + " has the name of the scales of "
                + Text.quote(name));
      }
    }
  }
}
