package dev.ternary.pytorch.networks;

import dev.ternary.pytorch.layers.TernaryOptions;
import java.util.Optional;

/**
 * Which layers of a network are ternary, and how.
 *
 * @param first the first layer; empty for float
 * @param middle those between
 * @param last the last layer
 */
public record LayerForms(
    Optional<TernaryOptions> first,
    Optional<TernaryOptions> middle,
    Optional<TernaryOptions> last) {

  /** All layers float. */
  public static LayerForms floats() {
    return all(Optional.empty());
  }

  /** All layers alike, the first and last too. */
  public static LayerForms all(Optional<TernaryOptions> form) {
    return new LayerForms(form, form, form);
  }
}
