package dev.ternary.bench;

import dev.ternary.trit.TernaryArray;
import dev.ternary.trit.TernaryArrayBuilder;
import dev.ternary.trit.TritMask;
import dev.ternary.trit.TritOp;
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
 * Element-wise operations on arrays of trits and the copy that they are compared with. Run with
 * {@code -prof gc} to see that a call allocates its result and nothing else.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TritArrayBench {

  /** Trits in each operand. */
  @Param({"1000", "262144", "16777216"})
  public int trits;

  private TernaryArray a = TernaryArray.zeros(0);
  private TernaryArray b = TernaryArray.zeros(0);
  private TernaryArrayBuilder out = new TernaryArrayBuilder(a.shape());
  private long[] from = {};
  private long[] to = {};

  /** Draws the operands. */
  @Setup(Level.Trial)
  public void draw() {
    a = TernaryArray.random(1, trits);
    b = TernaryArray.random(2, trits);
    out = new TernaryArrayBuilder(a.shape());
    from = new long[(int) (a.packedBytes() / 8)];
    to = new long[from.length];
    TernaryArray sum = a.add(b);
    for (int i = 0; i < trits; i += 61) {
      if (sum.get(i) != TritOp.ADD.apply(a.get(i), b.get(i))) {
        throw new AssertionError("the sum is wrong at index " + i);
      }
    }
  }

  /** Copies the bytes of one operand. */
  @Benchmark
  public long[] copy() {
    System.arraycopy(from, 0, to, 0, from.length);
    return to;
  }

  /** Copies the bytes of one operand into fresh memory. */
  @Benchmark
  public long[] copyFresh() {
    return from.clone();
  }

  /** Saturating sum. */
  @Benchmark
  public TernaryArray add() {
    return a.add(b);
  }

  /** Saturating sum into a builder. */
  @Benchmark
  public TernaryArrayBuilder addInto() {
    return out.assign(TritOp.ADD, a, b);
  }

  /** Product. */
  @Benchmark
  public TernaryArray multiply() {
    return a.multiply(b);
  }

  /** Product into a builder. */
  @Benchmark
  public TernaryArrayBuilder multiplyInto() {
    return out.assign(TritOp.MULTIPLY, a, b);
  }

  /** Minimum into a builder. */
  @Benchmark
  public TernaryArrayBuilder minInto() {
    return out.assign(TritOp.MIN, a, b);
  }

  /** Comparison into a mask. */
  @Benchmark
  public TritMask equal() {
    return a.equal(b);
  }

  /** Exact dot product. */
  @Benchmark
  public long dot() {
    return a.dot(b);
  }

  /** Exact sum. */
  @Benchmark
  public long sum() {
    return a.sum();
  }
}
