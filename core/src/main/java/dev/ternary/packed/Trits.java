package dev.ternary.packed;

/** Checks of trits that have a byte each. */
final class Trits {

  private Trits() {}

  /** Refuses what is no trit; a loop without branches, of which the JIT makes vector code. */
  static void require(byte[] trits, int from, int count) {
    int wrong = 0;
    for (int i = from; i < from + count; i++) {
      wrong |= (trits[i] + 1) | (1 - trits[i]);
    }
    if (wrong < 0) {
      int index = from;
      while (trits[index] >= -1 && trits[index] <= 1) {
        index++;
      }
      throw new IllegalArgumentException(
          "trit " + trits[index] + " at index " + index + " is not -1, 0 or +1");
    }
  }
}
