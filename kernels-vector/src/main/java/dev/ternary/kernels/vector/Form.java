package dev.ternary.kernels.vector;

import java.util.concurrent.atomic.AtomicInteger;

/** What has a vector form and a plain one, and how far the JIT is with the vector form. */
enum Form {
  /** Products of few tokens of int8 activations. */
  INT8(1),
  /** Products of float32 activations. */
  FLOAT32(2),
  /** Products of many tokens of int8 activations, where they have a form of their own. */
  MANY_INT8(4),
  /** Quantization of activations. */
  QUANTIZATION(8);

  /** A bit a form. */
  private static final AtomicInteger COMPILED =
      new AtomicInteger(VectorCpu.TRIPLES ? MANY_INT8.bit : 0);

  private static final AtomicInteger WANTED = new AtomicInteger();

  private final int bit;

  Form(int bit) {
    this.bit = bit;
  }

  /** Whether vector code is used: only once the JIT has compiled it. */
  boolean isCompiled() {
    return (COMPILED.get() & bit) != 0;
  }

  /** From now on vector code is used. */
  void nowCompiled() {
    COMPILED.accumulateAndGet(bit, (a, b) -> a | b);
  }

  /** Whether a call had to do without. */
  boolean isWanted() {
    return (WANTED.get() & bit) != 0;
  }

  /** Asks for this form to be compiled before those that nobody calls. */
  void want() {
    if (!isWanted()) {
      WANTED.accumulateAndGet(bit, (a, b) -> a | b);
    }
  }
}
