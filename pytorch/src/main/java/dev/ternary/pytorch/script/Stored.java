package dev.ternary.pytorch.script;

import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.pytorch.ScriptModule;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** Attributes, constants and items as values. */
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

  /** What the program calls {@code CONSTANTS.c0} and so on. */
  static Value constant(List<Object> constants, String name) {
    String number = name.substring("CONSTANTS.c".length());
    boolean there = number.matches("[0-9]{1,9}") && Integer.parseInt(number) < constants.size();
    if (!there) {
      throw new IllegalArgumentException(
          "there is no " + Text.quote(name) + " of " + constants.size() + " constants");
    }
    return of(constants.get(Integer.parseInt(number)), "");
  }

  /** The negative of a number. */
  static Value minus(Value value) {
    return switch (value) {
      case Value.Whole(long whole) -> new Value.Whole(-whole);
      case Value.Real(double real) -> new Value.Real(-real);
      case Value other -> throw new IllegalArgumentException("no number: " + other.kind());
    };
  }

  /** An item of a list or tuple. */
  static Value item(Value of, Value at) {
    if (!(of instanceof Value.Items items) || !(at instanceof Value.Whole(long place))) {
      throw new IllegalArgumentException("takes an item of " + of.kind());
    }
    List<Value> all = items.items();
    long index = place < 0 ? place + all.size() : place;
    if (index < 0 || index >= all.size()) {
      throw new IllegalArgumentException("has no item " + place + " of " + all.size());
    }
    return all.get((int) index);
  }
}
