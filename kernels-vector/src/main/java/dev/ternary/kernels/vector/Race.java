package dev.ternary.kernels.vector;

/** Plain code against vector code, round by round. */
final class Race {

  /** Rounds in a row that vector code must win. */
  static final int ENOUGH = 8;

  private int inARow;

  /** One more round: what each took. */
  void add(long plainNanos, long vectorNanos) {
    inARow = vectorNanos < plainNanos ? inARow + 1 : 0;
  }

  /** Whether vector code has won the latest rounds, and enough of them. */
  boolean isWon() {
    return inARow >= ENOUGH;
  }
}
