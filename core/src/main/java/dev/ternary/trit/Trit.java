package dev.ternary.trit;

/** Checks of single trits. */
final class Trit {

  private Trit() {}

  /** The value itself, if it is a trit. */
  static int check(int value) {
    if (value < -1 || value > 1) {
      throw new IllegalArgumentException("trit " + value + " is not -1, 0 or +1");
    }
    return value;
  }
}
