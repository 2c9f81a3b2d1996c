package dev.ternary.pytorch.script;

import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The arguments of a call. Each method refuses what is of another kind by name. */
record Bound(Map<String, Value> values) {

  Value value(String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  boolean isNothing(String name) {
    return value(name) instanceof Value.Nothing;
  }

  Value.Flow flow(String name) {
    return switch (value(name)) {
      case Value.Flow flow -> flow;
      case Value other -> throw wrong(name, "a tensor that depends on the input", other);
    };
  }

  Tensor fixed(String name) {
    return switch (value(name)) {
      case Value.Fixed(Tensor tensor, _) -> tensor;
      case Value other -> throw wrong(name, "a tensor of the module", other);
    };
  }

  Optional<Tensor> optional(String name) {
    return isNothing(name) ? Optional.empty() : Optional.of(fixed(name));
  }

  boolean truth(String name) {
    return switch (value(name)) {
      case Value.Truth(boolean truth) -> truth;
      case Value other -> throw wrong(name, "True or False", other);
    };
  }

  String words(String name) {
    return switch (value(name)) {
      case Value.Words(String words) -> words;
      case Value other -> throw wrong(name, "a text", other);
    };
  }

  int whole(String name) {
    return whole(name, value(name));
  }

  private static int whole(String name, Value value) {
    return switch (value) {
      case Value.Whole(long whole) -> Math.clamp(whole, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case Value.Fixed(Tensor tensor, _)
          when tensor.shape().rank() == 0 && !tensor.dtype().isFloating() ->
          Math.clamp(tensor.getLong(0), Integer.MIN_VALUE, Integer.MAX_VALUE);
      case Value other -> throw wrong(name, "an int", other);
    };
  }

  double real(String name) {
    return real(name, value(name));
  }

  static double real(String name, Value value) {
    return switch (value) {
      case Value.Whole(long whole) -> whole;
      case Value.Real(double real) -> real;
      case Value.Fixed(Tensor tensor, _) when tensor.shape().rank() == 0 -> tensor.getFloat(0);
      case Value other -> throw wrong(name, "a number", other);
    };
  }

  List<Value> items(String name) {
    return switch (value(name)) {
      case Value.Items items -> items.items();
      case Value other -> throw wrong(name, "a list", other);
    };
  }

  /** The ints of a list, or one int. */
  List<Integer> wholes(String name) {
    if (value(name) instanceof Value.Items items) {
      var wholes = new ArrayList<Integer>();
      items.items().forEach(item -> wholes.add(whole(name, item)));
      return wholes;
    }
    return List.of(whole(name));
  }

  /** Two ints: rows and columns, or one for both. */
  Pair pair(String name) {
    List<Integer> wholes = wholes(name);
    return switch (wholes.size()) {
      case 1 -> new Pair(wholes.getFirst(), wholes.getFirst());
      case 2 -> new Pair(wholes.getFirst(), wholes.getLast());
      default ->
          throw new IllegalArgumentException(
              "argument '" + name + "' must be one int or two, found " + wholes);
    };
  }

  /** As {@link #pair}; another one for an empty list. */
  Pair pair(String name, Pair otherwise) {
    boolean empty = value(name) instanceof Value.Items items && items.items().isEmpty();
    return empty ? otherwise : pair(name);
  }

  /**
   * Rows and columns.
   *
   * @param rows of rows
   * @param cols of columns
   */
  record Pair(int rows, int cols) {
    boolean is(int size) {
      return rows == size && cols == size;
    }
  }

  /** Refuses all but one value, whatever the reason is that others are not followed. */
  void require(String name, Value only) {
    if (!value(name).equals(only)) {
      throw wrong(name, only.kind(), value(name));
    }
  }

  static IllegalArgumentException wrong(String name, String expected, Value found) {
    return new IllegalArgumentException(
        "argument '" + name + "' must be " + expected + ", found " + found.kind());
  }
}
