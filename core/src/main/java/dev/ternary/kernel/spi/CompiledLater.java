package dev.ternary.kernel.spi;

import java.time.Duration;

/**
 * A kernel that begins with code that is fast at once and goes over to faster code while it is in
 * use, without a difference in its results. Benchmarks wait for that.
 */
public interface CompiledLater {

  /**
   * Waits until all products run the code that they stay with: the faster code, or the first where
   * the other one has not proved faster.
   *
   * @return false if that takes longer than {@code limit}
   */
  boolean awaitCompiled(Duration limit) throws InterruptedException;
}
