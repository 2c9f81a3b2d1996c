package dev.ternary.pytorch.script;

/** A line of a program that is not understood. */
final class SyntaxException extends Exception {

  private static final long serialVersionUID = 1;

  private final int line;

  SyntaxException(int line, String reason) {
    super(reason);
    this.line = line;
  }

  int line() {
    return line;
  }
}
