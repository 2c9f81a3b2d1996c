package dev.ternary.pytorch.script;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an operator takes, in order.
 *
 * @param parameters by name what stands for those that may be left out; empty for others
 */
record Signature(Map<String, Optional<Value>> parameters) {

  /** Such as {@code input, weight, bias=None, stride=1}. */
  static Signature of(String text) {
    var parameters = new LinkedHashMap<String, Optional<Value>>();
    for (String part : text.split(", ", -1)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        parameters.put(part, Optional.empty());
      } else {
        parameters.put(
            part.substring(0, equals), Optional.of(otherwise(part.substring(equals + 1))));
      }
    }
    return new Signature(parameters);
  }

  private static Value otherwise(String text) {
    return switch (text) {
      case "None" -> new Value.Nothing();
      case "True" -> new Value.Truth(true);
      case "False" -> new Value.Truth(false);
      case "[]" -> Value.Items.list(List.of());
      default ->
          text.indexOf('.') >= 0
              ? new Value.Real(Double.parseDouble(text))
              : new Value.Whole(Long.parseLong(text));
    };
  }

  /**
   * The arguments of a call by name.
   *
   * @throws IllegalArgumentException if one is missing or unknown
   */
  Bound bind(List<Value> arguments, Map<String, Value> named) {
    List<String> names = List.copyOf(parameters.keySet());
    if (arguments.size() > names.size()) {
      throw new IllegalArgumentException(
          "takes " + names + " here, found " + arguments.size() + " arguments");
    }
    var bound = new HashMap<String, Value>();
    parameters.forEach((name, otherwise) -> otherwise.ifPresent(value -> bound.put(name, value)));
    for (int i = 0; i < arguments.size(); i++) {
      bound.put(names.get(i), arguments.get(i));
    }
    named.forEach((name, value) -> {
      if (!parameters.containsKey(name)) {
        throw new IllegalArgumentException("takes " + names + " here, found '" + name + "'");
      }
      bound.put(name, value);
    });
    for (String name : names) {
      if (!bound.containsKey(name)) {
        throw new IllegalArgumentException("needs argument '" + name + "'");
      }
    }
    return new Bound(bound);
  }
}
