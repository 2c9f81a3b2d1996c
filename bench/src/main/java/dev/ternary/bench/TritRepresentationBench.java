package dev.ternary.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The form of an array of trits that was not taken: two bits a trit side by side, as two's
 * complement, 32 trits a word. See docs/decisions/0001-trit-array-representation.md; {@link
 * TritArrayBench} has the form that was.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TritRepresentationBench {

  private static final long LOW = 0x5555_5555_5555_5555L;

  /** Trits in each operand. */
  @Param({"262144"})
  public int trits;

  private long[] a = {};
  private long[] b = {};
  private long[] r = {};

  /** Draws valid operands. */
  @Setup(Level.Trial)
  public void draw() {
    var random = new SplittableRandom(1);
    a = words(random);
    b = words(random);
    r = new long[a.length];
  }

  private long[] words(SplittableRandom random) {
    long[] words = new long[trits / 32];
    for (int i = 0; i < words.length; i++) {
      long low = random.nextLong() & LOW;
      words[i] = low | (low << 1 & random.nextLong());
    }
    return words;
  }

  /** Product. */
  @Benchmark
  public long[] multiply() {
    for (int i = 0; i < r.length; i++) {
      long nonZero = a[i] & b[i] & LOW;
      r[i] = nonZero | (((a[i] ^ b[i]) >>> 1 & nonZero) << 1);
    }
    return r;
  }

  /** Saturating sum. */
  @Benchmark
  public long[] add() {
    for (int i = 0; i < r.length; i++) {
      long an = a[i] >>> 1 & LOW;
      long bn = b[i] >>> 1 & LOW;
      long ap = a[i] & LOW & ~an;
      long bp = b[i] & LOW & ~bn;
      long n = (an & ~bp) | (bn & ~ap);
      r[i] = n | (ap & ~bn) | (bp & ~an) | n << 1;
    }
    return r;
  }

  /** Minimum. */
  @Benchmark
  public long[] min() {
    for (int i = 0; i < r.length; i++) {
      long n = (a[i] | b[i]) >>> 1 & LOW;
      r[i] = n | (a[i] & b[i] & LOW) | n << 1;
    }
    return r;
  }
}
