package dev.ternary.nn.run;

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
    float[] a = new float[Staged.size((long) x.rows() * outSize())];
    float[] b = new float[a.length];
    return () -> {
      first.run();
      second.run();
      add(other.values(), y.values(), a, b);
    };
  }

  private static void add(MemorySegment from, MemorySegment to, float[] a, float[] b) {
    long count = to.byteSize() / 4;
    for (long at = 0; at < count; at += a.length) {
      int n = (int) Math.min(a.length, count - at);
      Staged.load(to, at, a, n);
      Staged.load(from, at, b, n);
      for (int i = 0; i < n; i++) {
        a[i] += b[i];
      }
      Staged.store(a, to, at, n);
    }
  }

  @Override
  public void close() {
    body.close();
    shortcut.close();
  }
}
