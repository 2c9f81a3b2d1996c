package dev.ternary.pytorch.script;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.LongBinaryOperator;

/** Operators on numbers, texts and lists, which decide what the network is. */
final class ScalarOperators {

  /** Items of one list. */
  private static final int LONGEST = 10_000;

  private ScalarOperators() {}

  static void addTo(OperatorTable table) {
    compare(table, "lt", sign -> sign < 0);
    compare(table, "le", sign -> sign <= 0);
    compare(table, "gt", sign -> sign > 0);
    compare(table, "ge", sign -> sign >= 0);
    table.add("eq", "self, other", (_, a) -> truth(equal(a)));
    table.add("ne", "self, other", (_, a) -> truth(!equal(a)));
    table.add("__is__", "self, other", (_, a) -> truth(same(a)));
    table.add("__isnot__", "self, other", (_, a) -> truth(!same(a)));
    table.add("__not__", "self", (_, a) -> truth(!a.truth("self")));
    table.add("__and__", "self, other", (_, a) -> truth(a.truth("self") && a.truth("other")));
    table.add("__or__", "self, other", (_, a) -> truth(a.truth("self") || a.truth("other")));
    table.add("__contains__", "self, item", ScalarOperators::contains);
    table.add("floordiv", "self, other", ScalarOperators::floorDiv);
    table.add("floor_divide", "self, other", ScalarOperators::floorDiv);
    table.add("remainder", "self, other", ScalarOperators::remainder);
    table.add("len", "self", (_, a) -> new Value.Whole(a.items("self").size()));
    table.add("append", "self, el", ScalarOperators::append);
    table.add("Int", "self", (_, a) -> whole(a.value("self")));
    table.add("Bool", "self", (_, a) -> truth(a.truth("self")));
    table.add("prim.NumToTensor", "self", (_, a) -> a.value("self"));
    table.add("prim.requires_grad", "self", (_, _) -> truth(false));
    table.add("prim.dtype", "self", (_, _) -> ShapeOperators.FLOAT32);
    table.add("prim.device", "self", (_, _) -> new Value.Setting());
    table.add("device", "self, index=None", (_, _) -> new Value.Setting());
  }

  private static Value truth(boolean value) {
    return new Value.Truth(value);
  }

  private static void compare(OperatorTable table, String name, IntPredicate sign) {
    table.add(name, "self, other", (_, a) -> truth(sign.test(order(a))));
  }

  /** Negative, 0 or positive, as the first number is less, equal or more. */
  private static int order(Bound a) {
    if (a.value("self") instanceof Value.Whole(long left)
        && a.value("other") instanceof Value.Whole(long right)) {
      return Long.compare(left, right);
    }
    double left = a.real("self");
    double right = a.real("other");
    if (Double.isNaN(left) || Double.isNaN(right)) {
      throw new IllegalArgumentException("compares NaN, which has no order");
    }
    return Double.compare(left + 0.0, right + 0.0); // -0 is 0.
  }

  private static boolean equal(Bound a) {
    Value left = a.value("self");
    Value right = a.value("other");
    requirePlain(left);
    requirePlain(right);
    boolean numbers = isNumber(left) && isNumber(right);
    return numbers ? a.real("self") == a.real("other") : plain(left).equals(plain(right));
  }

  private static boolean isNumber(Value value) {
    return value instanceof Value.Whole || value instanceof Value.Real;
  }

  private static Object plain(Value value) {
    return value instanceof Value.Items list
        ? list.items().stream().map(ScalarOperators::plain).toList()
        : value;
  }

  private static void requirePlain(Value value) {
    switch (value) {
      case Value.Samples _, Value.Flow _, Value.Fixed _ ->
          throw new IllegalArgumentException(
              "compares " + value.kind() + ", on which a network must not depend");
      case Value.Items list -> list.items().forEach(ScalarOperators::requirePlain);
      case Value.Whole _,
          Value.Real _,
          Value.Truth _,
          Value.Words _,
          Value.Nothing _,
          Value.Setting _,
          Value.Routine _,
          Value.Part _ -> {}
    }
  }

  /** Whether both are None, which is all that programs ask. */
  private static boolean same(Bound a) {
    return a.isNothing("self") && a.isNothing("other");
  }

  private static Value contains(Net net, Bound a) {
    requirePlain(a.value("self"));
    return truth(
        a.items("self").stream()
            .map(ScalarOperators::plain)
            .toList()
            .contains(plain(a.value("item"))));
  }

  /** {@code left + factor * right}; lists become one. */
  static Value sum(Value left, Value right, double factor) {
    if (left instanceof Value.Items a && right instanceof Value.Items b) {
      var all = new ArrayList<>(a.items());
      all.addAll(b.items());
      return list(all);
    }
    if (left instanceof Value.Whole(long a) && right instanceof Value.Whole(long b)) {
      return new Value.Whole(Math.addExact(a, Math.multiplyExact((long) factor, b)));
    }
    return new Value.Real(Bound.real("self", left) + factor * Bound.real("other", right));
  }

  /** The product of two numbers, or a list repeated. */
  static Value product(Value left, Value right) {
    if (left instanceof Value.Items list && right instanceof Value.Whole(long count)) {
      var all = new ArrayList<Value>();
      for (long i = 0; i < count && all.size() <= LONGEST; i++) {
        all.addAll(list.items());
      }
      return list(all);
    }
    if (left instanceof Value.Whole(long a) && right instanceof Value.Whole(long b)) {
      return new Value.Whole(Math.multiplyExact(a, b));
    }
    return new Value.Real(Bound.real("self", left) * Bound.real("other", right));
  }

  private static Value list(List<Value> items) {
    if (items.size() > LONGEST) {
      throw new IllegalArgumentException("makes a list of more than " + LONGEST);
    }
    return Value.Items.list(items);
  }

  private static Value floorDiv(Net net, Bound a) {
    return divided(a, Math::floorDiv);
  }

  private static Value remainder(Net net, Bound a) {
    return divided(a, Math::floorMod);
  }

  private static Value divided(Bound a, LongBinaryOperator operator) {
    if (a.value("self") instanceof Value.Whole(long left)
        && a.value("other") instanceof Value.Whole(long right)
        && right != 0) {
      return new Value.Whole(operator.applyAsLong(left, right));
    }
    throw new IllegalArgumentException("divides what are no whole numbers, or by 0");
  }

  private static Value append(Net net, Bound a) {
    List<Value> items = a.items("self");
    if (items.size() >= LONGEST) {
      throw new IllegalArgumentException("makes a list of more than " + LONGEST);
    }
    if (a.value("el") instanceof Value.Items) {
      throw new IllegalArgumentException("puts a list into a list"); // Which could be itself.
    }
    items.add(a.value("el"));
    return a.value("self");
  }

  /** An int of a number; a tensor that came of one is one here. */
  static Value whole(Value value) {
    return switch (value) {
      case Value.Samples samples -> samples;
      case Value.Truth(boolean truth) -> new Value.Whole(truth ? 1 : 0);
      case Value other -> new Value.Whole((long) Bound.real("self", other));
    };
  }
}
