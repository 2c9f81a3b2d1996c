package dev.ternary.nn.cpu;

import dev.ternary.kernel.Parallelism;
import dev.ternary.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** The mean of each channel of images with their channels last, summed in float64. */
record GlobalMean() implements Operator {

  @Override
  public long work(List<Shape> in, Shape out) {
    return in.getFirst().elements();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    Operand x = in.getFirst();
    int channels = out.size();
    int pixels = x.size() / channels;
    Parallelism threads = memory.parallelism();
    Worker[] workers = new Worker[threads.threads()];
    Arrays.setAll(workers, _ -> new Worker(x, out, pixels));
    Parallelism.Part part = (worker, from, to) -> workers[worker].run(from, to);
    int least = Math.ceilDiv(Blocks.LEAST * Staged.BLOCK, x.size());
    return () -> threads.forParts(x.samples(), 1, least, part);
  }

  /** The scratch of one thread. */
  private static final class Worker {
    private final Operand x;
    private final Operand y;
    private final int pixels;
    private final int channels;
    private final float[] block;
    private final double[] sums;
    private final float[] means;

    Worker(Operand x, Operand y, int pixels) {
      this.x = x;
      this.y = y;
      this.pixels = pixels;
      this.channels = y.size();
      this.block = new float[Math.clamp(Staged.BLOCK / channels, 1, pixels) * channels];
      this.sums = new double[channels];
      this.means = new float[channels];
    }

    void run(int from, int to) {
      for (int sample = from; sample < to; sample++) {
        Arrays.fill(sums, 0);
        long start = (long) sample * x.size();
        for (int at = 0; at < x.size(); at += block.length) {
          int count = Math.min(block.length, x.size() - at);
          Staged.load(x.values(), start + at, block, count);
          for (int pixel = 0; pixel < count; pixel += channels) {
            add(pixel);
          }
        }
        for (int i = 0; i < channels; i++) {
          means[i] = (float) (sums[i] / pixels);
        }
        Staged.store(means, y.values(), (long) sample * channels, channels);
      }
    }

    private void add(int at) {
      for (int i = 0; i < channels; i++) {
        sums[i] += block[at + i];
      }
    }
  }
}
