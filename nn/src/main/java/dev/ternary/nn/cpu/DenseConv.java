package dev.ternary.nn.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A convolution with float32 weights: patches are turned so that one row holds one element of the
 * window for many output positions, some positions at a time.
 */
final class DenseConv implements Operator {

  /** Floats of the patches of one block, to stay in the second-level cache. */
  private static final int BLOCK_FLOATS = 64 << 10;

  private final ConvShape shape;
  private final float[][] weights;
  private final float[] bias;
  private final int block;
  private final boolean relu;

  /**
   * Copies the weights.
   *
   * @param weights {@code [outChannels, patch]}
   * @param bias one value an output channel, or none
   * @param relu whether a ReLU follows
   */
  DenseConv(ConvShape shape, float[] weights, float[] bias, boolean relu) {
    this.shape = shape;
    this.relu = relu;
    int patch = shape.patch();
    this.weights = new float[shape.outChannels()][];
    for (int o = 0; o < this.weights.length; o++) {
      this.weights[o] = Arrays.copyOfRange(weights, o * patch, (o + 1) * patch);
    }
    this.bias = bias.length == 0 ? new float[shape.outChannels()] : bias.clone();
    this.block = Math.min(shape.positions(), Math.clamp(BLOCK_FLOATS / patch, 256, 2048));
  }

  @Override
  public long work(List<Shape> in, Shape out) {
    return shape.products();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand y) {
    Operand x = in.getFirst();
    Parallelism parallelism = memory.workspace().parallelism();
    Worker[] workers = new Worker[parallelism.threads()];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(x.values(), y.values());
    }
    int blocks = Math.ceilDiv(shape.positions(), block);
    int groups = shape.geometry().groups();
    int tasks = Math.multiplyExact(Math.multiplyExact(x.samples(), groups), blocks);
    Parallelism.Part part =
        (worker, from, to) -> {
          for (int t = from; t < to; t++) {
            workers[worker].run(t / blocks / groups, t / blocks % groups, t % blocks);
          }
        };
    return () -> parallelism.forParts(tasks, 1, part);
  }

  /** The scratch of one thread. */
  private final class Worker {
    private final MemorySegment x;
    private final MemorySegment y;
    private final float[][] columns = new float[shape.patch()][block];
    private final float[] first = new float[block];
    private final float[] second = new float[block];

    Worker(MemorySegment x, MemorySegment y) {
      this.x = x;
      this.y = y;
    }

    void run(int image, int group, int blockIndex) {
      int from = blockIndex * block;
      int count = Math.min(block, shape.positions() - from);
      int groups = shape.geometry().groups();
      long base = (long) image * shape.inSize() + (long) group * (shape.inSize() / groups);
      for (int k = 0; k < columns.length; k++) {
        fill(base, k, from, count, columns[k]);
      }
      int rows = shape.outChannels() / groups;
      long out = (long) image * shape.outSize() + from;
      int last = (group + 1) * rows;
      int o = group * rows;
      for (; o + 2 <= last; o += 2) {
        Arrays.fill(first, 0, count, bias[o]);
        Arrays.fill(second, 0, count, bias[o + 1]);
        FloatRows.addProducts(weights[o], weights[o + 1], columns, first, second, count);
        finish(count);
        Staged.store(first, y, out + (long) o * shape.positions(), count);
        Staged.store(second, y, out + (long) (o + 1) * shape.positions(), count);
      }
      if (o < last) {
        Arrays.fill(first, 0, count, bias[o]);
        FloatRows.addProducts(weights[o], columns, first, count);
        finish(count);
        Staged.store(first, y, out + (long) o * shape.positions(), count);
      }
    }

    private void finish(int count) {
      if (relu) {
        FloatRows.relu(first, count);
        FloatRows.relu(second, count);
      }
    }

    /** What element {@code k} of the window meets at the positions of a block. */
    private void fill(long base, int k, int from, int count, float[] into) {
      ConvGeometry g = shape.geometry();
      int window = shape.kernelH() * shape.kernelW();
      int rowOffset = k % window / shape.kernelW() * g.dilationH() - g.padH();
      int columnOffset = k % shape.kernelW() * g.dilationW() - g.padW();
      long channel = base + (long) (k / window) * shape.height() * shape.width();
      int outWidth = shape.outWidth();
      int p = 0;
      while (p < count) {
        int outColumn = (from + p) % outWidth;
        int run = Math.min(count - p, outWidth - outColumn);
        int row = (from + p) / outWidth * g.strideH() + rowOffset;
        if (row < 0 || row >= shape.height()) {
          Arrays.fill(into, p, p + run, 0);
        } else {
          int column = outColumn * g.strideW() + columnOffset;
          fillRow(channel + (long) row * shape.width(), column, into, p, run);
        }
        p += run;
      }
    }

    private void fillRow(long row, int column, float[] into, int at, int count) {
      int stride = shape.geometry().strideW();
      int width = shape.width();
      if (stride == 1) {
        int before = Math.clamp(-(long) column, 0, count);
        int end = Math.clamp((long) width - column, before, count);
        Arrays.fill(into, at, at + before, 0);
        MemorySegment.copy(
            x, JAVA_FLOAT_UNALIGNED, 4 * (row + column + before), into, at + before, end - before);
        Arrays.fill(into, at + end, at + count, 0);
        return;
      }
      for (int i = 0; i < count; i++) {
        int c = column + i * stride;
        into[at + i] = c < 0 || c >= width ? 0 : x.getAtIndex(JAVA_FLOAT_UNALIGNED, row + c);
      }
    }
  }
}
