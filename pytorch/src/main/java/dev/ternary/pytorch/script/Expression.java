package dev.ternary.pytorch.script;

import java.util.List;
import java.util.Map;

/** An expression of a program; {@code line} is where it begins. */
sealed interface Expression {

  int line();

  /** A variable, or the first part of a longer name. */
  record Name(String name, int line) implements Expression {}

  /** A number, a text, a truth value or {@code None}. */
  record Literal(Value value, int line) implements Expression {}

  /** {@code [a, b]}, or {@code (a, b)}. */
  record Items(List<Expression> items, boolean tuple, int line) implements Expression {}

  /** {@code of.name}. */
  record Attribute(Expression of, String name, int line) implements Expression {}

  /** {@code of[at]}. */
  record Index(Expression of, Expression at, int line) implements Expression {}

  /** {@code -of}. */
  record Minus(Expression of, int line) implements Expression {}

  /** {@code function(arguments, name=argument)}. */
  record Call(
      Expression function, List<Expression> arguments, Map<String, Expression> named, int line)
      implements Expression {}
}
