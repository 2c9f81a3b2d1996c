package dev.ternary.pytorch.script;

import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.pytorch.ScriptModule;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** Attributes and constants of an archive as values. */
final class Stored {

  private Stored() {}

  /**
   * The value that an attribute has.
   *
   * @param path where a module is in the whole
   */
  static Value of(Object stored, String path) {
    return switch (stored) {
      case Tensor tensor -> new Value.Fixed(tensor, Optional.empty());
      case ScriptModule module -> new Value.Part(module, path);
      case Long whole -> new Value.Whole(whole);
      case Double real -> new Value.Real(real);
      case Boolean truth -> new Value.Truth(truth);
      case String text -> new Value.Words(text);
      case Optional<?> _ -> new Value.Nothing();
      case List<?> items -> Value.Items.list(items.stream().map(item -> of(item, path)).toList());
      case StoredTensor tensor ->
          throw new IllegalArgumentException(
              "a tensor has elements of type "
                  + tensor.encoding()
                  + ", which is not computed with");
      default -> throw new IllegalArgumentException("holds a value of a kind that is not followed");
    };
  }
}
