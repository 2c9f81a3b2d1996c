package dev.ternary.training;

/** Seeds that depend on where they are used, and on nothing else. */
public final class Seeds {

  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private Seeds() {}

  /** The seed for one thing in one epoch of a training. */
  public static long of(long seed, long epoch, long thing) {
    return mix(mix(mix(seed) + GOLDEN * epoch) + GOLDEN * thing);
  }

  /** A bijection whose every output bit depends on every input bit (SplittableRandom's mix64). */
  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
    return b ^ (b >>> 31);
  }
}
