package dev.ternary.nn.run;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import java.lang.foreign.MemorySegment;

/** The sum of two ways from one input: a residual connection. */
public final class Sum implements Step {

  private final Chain body;
  private final Chain shortcut;

  /** A sum of two chains with equal sizes. */
  public Sum(Chain body, Chain shortcut) {
    this.body = body;
    this.shortcut = shortcut;
  }

  @Override
  public int inSize() {
    return body.inSize();
  }

  @Override
  public int outSize() {
    return body.outSize();
  }

  @Override
  public long work() {
    return body.work() + shortcut.work() + outSize();
  }

  long widest() {
    return inSize() + outSize() + Math.max(body.widest(), shortcut.widest());
  }

  @Override
  public Runnable bind(Memory memory, FloatMatrix x, FloatMatrix y) {
    Runnable first = body.bind(memory, x, y);
    FloatMatrix other = memory.floats(x.rows(), outSize());
    Runnable second = shortcut.bind(memory, x, other);
    memory.release(other);
    return () -> {
      first.run();
      second.run();
      add(other.values(), y.values());
    };
  }

  private static void add(MemorySegment from, MemorySegment to) {
    int count = Math.toIntExact(to.byteSize() / 4);
    for (int i = 0; i < count; i++) {
      float sum = to.getAtIndex(JAVA_FLOAT_UNALIGNED, i) + from.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
      to.setAtIndex(JAVA_FLOAT_UNALIGNED, i, sum);
    }
  }

  @Override
  public void close() {
    body.close();
    shortcut.close();
  }
}
