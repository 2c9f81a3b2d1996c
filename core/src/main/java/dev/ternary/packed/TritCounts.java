package dev.ternary.packed;

/**
 * How many trits have each value.
 *
 * @param negatives trits that are -1
 * @param zeros trits that are 0
 * @param positives trits that are +1
 */
public record TritCounts(long negatives, long zeros, long positives) {

  /** All trits. */
  public long total() {
    return negatives + zeros + positives;
  }

  /** Zeros as a share of all, from 0 to 1; 0 where there is no trit. */
  public double zeroShare() {
    return total() == 0 ? 0 : (double) zeros / total();
  }
}
