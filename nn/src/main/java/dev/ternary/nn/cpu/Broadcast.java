package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The sum or product of two values of different shapes, some rows of the result at a time. The
 * scratch of one thread.
 */
final class Broadcast {

  private final PairFunction function;
  private final Side a;
  private final Side b;
  private final Operand out;
  private final int row;

  /** Rows of a sample, and of a block. */
  private final int rows;

  private final int perBlock;
  private final int perSample;
  private final float[] block;

  Broadcast(PairFunction function, Operand a, Operand b, Operand out) {
    this.function = function;
    this.out = out;
    List<long[]> dims = merged(out.shape(), a.shape(), b.shape());
    Shape shape = shape(dims, 0);
    row = Math.toIntExact(shape.dim(shape.rank() - 1));
    rows = out.size() / row;
    perBlock = Math.clamp(Staged.BLOCK / row, 1, rows);
    perSample = Math.ceilDiv(rows, perBlock);
    block = new float[perBlock * row];
    this.a = new Side(a, RowWalk.broadcast(shape(dims, 1), shape));
    this.b = new Side(b, RowWalk.broadcast(shape(dims, 2), shape));
  }

  /** The dimensions of all three; neighbours in which all walk in the same way are one. */
  private static List<long[]> merged(Shape out, Shape a, Shape b) {
    List<long[]> dims = new ArrayList<>();
    for (int i = 0; i < out.rank(); i++) {
      long[] next = {out.dim(i), size(a, out, i), size(b, out, i)};
      boolean same = !dims.isEmpty();
      for (int k = 1; same && k < 3; k++) {
        long[] last = dims.getLast();
        same = (last[k] == last[0]) == (next[k] == next[0]);
      }
      if (same) {
        for (int k = 0; k < 3; k++) {
          dims.getLast()[k] *= next[k];
        }
      } else {
        dims.add(next);
      }
    }
    if (dims.isEmpty()) {
      dims.add(new long[] {1, 1, 1});
    }
    return dims;
  }

  /** The size of what meets dimension {@code axis} of {@code out}. */
  private static long size(Shape in, Shape out, int axis) {
    int at = axis - (out.rank() - in.rank());
    return at < 0 ? 1 : in.dim(at);
  }

  private static Shape shape(List<long[]> dims, int which) {
    return Shape.of(dims.stream().mapToLong(d -> d[which]).toArray());
  }

  /** Blocks of all samples. */
  int blocks() {
    return Math.multiplyExact(perSample, out.samples());
  }

  /** Elements of a block, but for the last of a sample. */
  int size() {
    return block.length;
  }

  /** Of which sample a block is. */
  int sample(int index) {
    return index / perSample;
  }

  /** Elements of a block. */
  int count(int index) {
    return Math.min(perBlock, rows - index % perSample * perBlock) * row;
  }

  /** The first element of a block, all samples counted through. */
  long start(int index) {
    return (long) sample(index) * out.size() + (long) index % perSample * perBlock * row;
  }

  /** Makes a block. */
  void run(int index) {
    int sample = sample(index);
    int first = index % perSample * perBlock;
    int count = count(index);
    a.load(sample, first, count);
    b.load(sample, first, count);
    for (int at = 0; at < count; at += row) {
      apply(a.at(at), b.at(at), at);
      a.next();
      b.next();
    }
    Staged.store(block, out.values(), start(index), count);
  }

  private void apply(int l, int r, int at) {
    boolean add =
        switch (function) {
          case ADD -> true;
          case MULTIPLY -> false;
        };
    if (a.step() == 1 && b.step() == 1) {
      if (add) {
        add(a.values, l, b.values, r, at);
      } else {
        multiply(a.values, l, b.values, r, at);
      }
    } else {
      // One of them is repeated along the row, or both: addition and product do not mind which.
      Side whole = a.step() == 1 ? a : b;
      float one = a.step() == 1 ? b.values[r] : a.values[l];
      int from = a.step() == 1 ? l : r;
      if (whole.step() == 0) {
        float both = add ? a.values[l] + b.values[r] : a.values[l] * b.values[r];
        Arrays.fill(block, at, at + row, both);
      } else if (add) {
        add(whole.values, from, one, at);
      } else {
        multiply(whole.values, from, one, at);
      }
    }
  }

  private void add(float[] x, int xAt, float[] y, int yAt, int at) {
    for (int i = 0; i < row; i++) {
      block[at + i] = x[xAt + i] + y[yAt + i];
    }
  }

  private void multiply(float[] x, int xAt, float[] y, int yAt, int at) {
    for (int i = 0; i < row; i++) {
      block[at + i] = x[xAt + i] * y[yAt + i];
    }
  }

  private void add(float[] x, int xAt, float y, int at) {
    for (int i = 0; i < row; i++) {
      block[at + i] = x[xAt + i] + y;
    }
  }

  private void multiply(float[] x, int xAt, float y, int at) {
    for (int i = 0; i < row; i++) {
      block[at + i] = x[xAt + i] * y;
    }
  }

  /** One of the two: block by block where it is as large as the result, otherwise a sample. */
  private final class Side {
    private final Operand x;
    private final RowWalk walk;
    private final boolean whole;
    private final float[] values;

    Side(Operand x, RowWalk walk) {
      this.x = x;
      this.walk = walk;
      whole = x.size() == out.size();
      values = new float[whole ? block.length : x.size()];
    }

    void load(int of, int first, int count) {
      long sample = x.samples() == 1 ? 0 : (long) of * x.size();
      if (whole) {
        Staged.load(x.values(), sample + (long) first * row, values, count);
      } else {
        Staged.load(x.values(), sample, values, values.length);
        walk.seek(first);
      }
    }

    /** Where the present row begins, which is the one at {@code block[at]}. */
    int at(int at) {
      return whole ? at : walk.place();
    }

    int step() {
      return whole ? 1 : walk.step();
    }

    void next() {
      if (!whole) {
        walk.next();
      }
    }
  }
}
