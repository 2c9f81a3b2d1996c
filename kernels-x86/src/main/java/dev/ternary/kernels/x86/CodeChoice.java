package dev.ternary.kernels.x86;

import dev.ternary.packed.Granularity;
import dev.ternary.packed.TernaryMatrix;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Chooses how the weights of each matrix are coded: with five trits a byte where they will come
 * from memory, with two bits a trit where they stay in the cache. They come from memory if all
 * matrices of the kernel that are in use do not fit in the last-level cache together: a model goes
 * through all of its matrices for each token, however small each of them is.
 */
final class CodeChoice {

  /** {@code auto}, the default, or the {@link WeightCode#id()} to take wherever it can be. */
  static final String PROPERTY = "ternary.x86.weights";

  private final Optional<WeightCode> always;
  private final long cacheBytes;
  private final AtomicLong bytesInUse = new AtomicLong();

  private CodeChoice(Optional<WeightCode> always, long cacheBytes) {
    this.always = always;
    this.cacheBytes = cacheBytes;
  }

  /** Takes {@code code} wherever it can be. */
  static CodeChoice always(WeightCode code) {
    return new CodeChoice(Optional.of(code), 0);
  }

  /** Chooses for a last-level cache of so many bytes. */
  static CodeChoice automatic(long cacheBytes) {
    return new CodeChoice(Optional.empty(), cacheBytes);
  }

  /**
   * What a value of {@link #PROPERTY} asks for.
   *
   * @throws IllegalArgumentException if it is none that is known
   */
  static CodeChoice of(String value) {
    if (value.equals("auto")) {
      return automatic(LastLevelCache.bytes());
    }
    for (WeightCode code : WeightCode.values()) {
      if (code.id().equals(value)) {
        return always(code);
      }
    }
    throw new IllegalArgumentException(
        PROPERTY + " must be auto, 2bit or 1.6bit, got '" + value + "'");
  }

  /** Whether matrices get this code wherever it can be. */
  boolean isAlways(WeightCode code) {
    return always.equals(Optional.of(code));
  }

  /** The code for a matrix that is about to be prepared. */
  WeightCode choose(TernaryMatrix w) {
    if (w.scales().granularity() instanceof Granularity.PerGroup(int cols) && cols < w.cols()) {
      return WeightCode.TWO_BIT;
    }
    return always.orElseGet(() -> {
      long bytes = PanelLayout.of(w, WeightCode.TWO_BIT, 1, 1).bytes();
      return bytesInUse.get() + bytes > cacheBytes ? WeightCode.FIVE_TRITS : WeightCode.TWO_BIT;
    });
  }

  /** Counts a matrix, or with a negative number of bytes one that is not in use any more. */
  void count(long bytes) {
    bytesInUse.addAndGet(bytes);
  }
}
