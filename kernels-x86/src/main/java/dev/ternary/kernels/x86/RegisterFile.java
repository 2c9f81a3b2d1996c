package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Vec;

/** Hands out the vector registers of one function, so that no two values share one. */
final class RegisterFile {

  private final int vectorBytes;
  private final int count;
  private int next;

  RegisterFile(int vectorBytes, int count) {
    this.vectorBytes = vectorBytes;
    this.count = count;
  }

  int free() {
    return count - next;
  }

  /** Registers for the whole function. */
  Vec[] take(int n) {
    if (n > free()) {
      throw new AssertionError(n + " more registers needed, " + free() + " left");
    }
    Vec[] taken = new Vec[n];
    for (int i = 0; i < n; i++) {
      taken[i] = new Vec(next++, vectorBytes);
    }
    return taken;
  }

  /** Registers until the result is closed; what was borrowed last is closed first. */
  Borrowed borrow(int n) {
    return new Borrowed(take(n));
  }

  /** Registers for a part of a function. */
  final class Borrowed implements AutoCloseable {

    private final Vec[] vecs;

    private Borrowed(Vec[] vecs) {
      this.vecs = vecs;
    }

    Vec vec(int i) {
      return vecs[i];
    }

    int count() {
      return vecs.length;
    }

    @Override
    public void close() {
      next -= vecs.length;
    }
  }
}
