package dev.ternary.nn.cpu;

import dev.ternary.kernel.Parallelism;

/**
 * Goes through a value block by block, on all threads of a run where there is enough to do. Blocks
 * are staged in small arrays: loops over arrays become vector code.
 *
 * @param run elements that blocks do not cross the ends of: all, or a sample where the maxima of
 *     samples are wanted
 * @param size elements of a block, at most
 * @param count blocks of the whole value
 */
record Blocks(int run, int size, int count) {

  /** What a thread does at least: some microseconds of work. */
  static final int LEAST = 4;

  /** Changes what is staged. */
  @FunctionalInterface
  interface Body {
    /**
     * Changes the first {@code count} elements of {@code block}.
     *
     * @param worker number of the thread
     * @param from which element of the whole value the block starts with
     */
    void change(int worker, float[] block, long from, int count);
  }

  /** Makes a block. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Makes {@code count} elements from {@code at} on.
     *
     * @param worker number of the thread
     * @param sample to which they belong, where maxima are wanted
     */
    void visit(int worker, int sample, long at, int count);
  }

  /**
   * The blocks of a value.
   *
   * @param unit blocks start at multiples of it
   */
  static Blocks of(Operand y, int unit) {
    int all = Math.multiplyExact(y.samples(), y.size());
    int run = y.maxima().isPresent() ? y.size() : all;
    int size = Math.min(run, Math.max(1, Staged.BLOCK / unit) * unit);
    return new Blocks(run, size, all / run * Math.ceilDiv(run, size));
  }

  /**
   * A run that makes {@code y} of {@code x}, which have one size and may be one memory.
   *
   * @param unit blocks start at multiples of it
   */
  static Runnable of(Memory memory, Operand x, Operand y, int unit, Body body) {
    Blocks blocks = of(y, unit);
    int threads = memory.parallelism().threads();
    var maxima = new Maxima(y, threads, blocks.size);
    float[][] staged = new float[threads][blocks.size];
    return blocks.visit(
        memory,
        maxima,
        (worker, sample, at, count) -> {
          float[] block = staged[worker];
          Staged.load(x.values(), at, block, count);
          body.change(worker, block, at, count);
          Staged.store(block, y.values(), at, count);
          maxima.add(worker, sample, at, count);
        });
  }

  /** A run that visits all blocks, and then writes down what was seen. */
  Runnable visit(Memory memory, Maxima maxima, Visitor visitor) {
    Parallelism threads = memory.parallelism();
    int perRun = Math.ceilDiv(run, size);
    Parallelism.Part part =
        (worker, from, to) -> {
          for (int i = from; i < to; i++) {
            int start = i % perRun * size;
            long at = (long) (i / perRun) * run + start;
            visitor.visit(worker, i / perRun, at, Math.min(size, run - start));
          }
        };
    return () -> {
      threads.forParts(count, 1, LEAST, part);
      maxima.store();
    };
  }
}
