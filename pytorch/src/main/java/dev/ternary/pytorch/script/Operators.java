package dev.ternary.pytorch.script;

import dev.ternary.formats.file.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The operators that are known, by name; a name that ends in _ is the operator in place. */
final class Operators {

  private static final Map<String, OperatorTable.Entry> ALL = all();

  private Operators() {}

  private static Map<String, OperatorTable.Entry> all() {
    var table = new OperatorTable(new HashMap<>());
    LayerOperators.addTo(table);
    PoolOperators.addTo(table);
    FunctionOperators.addTo(table);
    ArithmeticOperators.addTo(table);
    ShapeOperators.addTo(table);
    ScalarOperators.addTo(table);
    return Map.copyOf(table.entries());
  }

  /**
   * What an operator gives.
   *
   * @param name without {@code torch.}
   * @throws IllegalArgumentException if it is not known or cannot be followed
   */
  static Value call(Net net, String name, List<Value> arguments, Map<String, Value> named) {
    boolean inPlace = name.endsWith("_") && !name.startsWith("__") && !ALL.containsKey(name);
    String plain = inPlace ? name.substring(0, name.length() - 1) : name;
    OperatorTable.Entry entry = ALL.get(plain);
    if (entry == null) {
      throw new IllegalArgumentException(
          "is no operator that can be converted; the nearest of "
              + ALL.size()
              + ": "
              + Text.near(plain, ALL.keySet()));
    }
    if (inPlace && !arguments.isEmpty() && arguments.getFirst() instanceof Value.Fixed) {
      throw new IllegalArgumentException(
          "changes a tensor of the module, as training does; call model.eval() before torch.jit");
    }
    Value result = entry.operator().apply(net, entry.signature().bind(arguments, named));
    if (!inPlace) {
      return result;
    }
    if (!(arguments.getFirst() instanceof Value.Flow target)
        || !(result instanceof Value.Flow changed)) {
      throw new IllegalArgumentException("changes what is no result of a layer in place");
    }
    if (changed != target) {
      target.become(changed);
    }
    return target;
  }
}
