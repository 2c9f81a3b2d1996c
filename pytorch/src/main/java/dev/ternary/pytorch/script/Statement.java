package dev.ternary.pytorch.script;

import java.util.List;
import java.util.Optional;

/** A statement of a function; {@code line} is where it begins. */
sealed interface Statement {

  int line();

  /** {@code a = value}, or {@code a, b, = value}. */
  record Assign(List<String> names, boolean unpack, Expression value, int line)
      implements Statement {}

  /** An expression for what it does. */
  record Evaluate(Expression value, int line) implements Statement {}

  /** {@code if condition: then else: otherwise}. */
  record If(Expression condition, List<Statement> then, List<Statement> otherwise, int line)
      implements Statement {}

  /** {@code for name in range(count): body}. */
  record For(String name, Expression range, List<Statement> body, int line) implements Statement {}

  /** {@code while condition: body}. */
  record While(Expression condition, List<Statement> body, int line) implements Statement {}

  /** {@code return value}. */
  record Return(Optional<Expression> value, int line) implements Statement {}

  /** {@code pass}. */
  record Pass(int line) implements Statement {}
}
