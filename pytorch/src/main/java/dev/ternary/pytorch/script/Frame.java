package dev.ternary.pytorch.script;

import dev.ternary.formats.pytorch.ScriptCode;
import java.util.Map;
import java.util.Optional;

/**
 * A function while it runs.
 *
 * @param file where it is written
 * @param variables those that have a value
 */
record Frame(ScriptCode file, Map<String, Value> variables) {

  /** The whole name of what is no attribute of a value, such as {@code torch.relu}. */
  Optional<String> dotted(Expression expression) {
    return switch (expression) {
      case Expression.Name(String name, _) ->
          variables.containsKey(name) ? Optional.empty() : Optional.of(name);
      case Expression.Attribute(var of, String name, _) ->
          dotted(of).map(before -> before + "." + name);
      case Expression.Literal _,
          Expression.Items _,
          Expression.Minus _,
          Expression.Index _,
          Expression.Call _ ->
          Optional.empty();
    };
  }
}
