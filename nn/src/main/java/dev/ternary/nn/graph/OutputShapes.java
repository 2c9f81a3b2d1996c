package dev.ternary.nn.graph;

import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Rules by which operations make the shape of their output from those of their inputs. */
final class OutputShapes {

  private OutputShapes() {}

  static void count(List<Shape> in, int least, int most) {
    if (in.size() < least || in.size() > most) {
      String expected =
          least == most
              ? String.valueOf(least)
              : most == Integer.MAX_VALUE ? least + " or more" : least + " or " + most;
      throw new IllegalArgumentException("expected " + expected + " inputs, found " + in.size());
    }
  }

  static Shape one(List<Shape> in) {
    count(in, 1, 1);
    return in.getFirst();
  }

  /** More dimensions than any network has; they come from files. */
  static final int MOST_DIMENSIONS = 16;

  /** As many elements as an array holds. */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8L;

  static Shape requireSize(Shape out) {
    return requireSize("output", out);
  }

  static Shape requireSize(String what, Shape shape) {
    if (shape.rank() > MOST_DIMENSIONS) {
      throw new IllegalArgumentException(
          "the "
              + what
              + " must have at most "
              + MOST_DIMENSIONS
              + " dimensions, found "
              + shape.rank());
    }
    if (shape.elements() < 1 || shape.elements() > MOST_ELEMENTS) {
      throw new IllegalArgumentException(
          "the " + what + " must have from 1 to 2^31 - 9 elements, got shape " + shape);
    }
    return shape;
  }

  static Shape image(ConvShape conv) {
    return Shape.of(conv.outChannels(), conv.outHeight(), conv.outWidth());
  }

  static Shape append(Shape in, long dim) {
    long[] dims = Arrays.copyOf(in.toArray(), in.rank() + 1);
    dims[in.rank()] = dim;
    return Shape.of(dims);
  }

  static Shape linear(long inputs, long outputs, Shape in) {
    if (in.rank() < 1 || in.dim(in.rank() - 1) != inputs) {
      throw new IllegalArgumentException(
          "expected " + inputs + " features in the last dimension, found shape " + in);
    }
    long[] dims = in.toArray();
    dims[dims.length - 1] = outputs;
    return Shape.of(dims);
  }

  static Shape batchNorm(long features, Shape in) {
    if (in.rank() < 1 || in.dim(0) != features) {
      throw new IllegalArgumentException(
          "expected " + features + " features in the first dimension, found shape " + in);
    }
    return in;
  }

  static Shape norm(Shape gamma, Shape in) {
    boolean fits = in.rank() >= gamma.rank();
    for (int i = 1; fits && i <= gamma.rank(); i++) {
      fits = in.dim(in.rank() - i) == gamma.dim(gamma.rank() - i);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "expected the trailing dimensions " + gamma + ", found shape " + in);
    }
    return in;
  }

  static Shape atLeastRankOne(Shape in) {
    if (in.rank() < 1) {
      throw new IllegalArgumentException("expected at least 1 dimension, found shape " + in);
    }
    return in;
  }

  static Shape subsample(int stride, int outChannels, Shape in) {
    Windows.requireImage(in);
    if (in.dim(0) > outChannels) {
      throw new IllegalArgumentException(
          "expected at most " + outChannels + " channels, found shape " + in);
    }
    return Shape.of(
        outChannels,
        Math.ceilDiv(in.dim(1), (long) stride),
        Math.ceilDiv(in.dim(2), (long) stride));
  }

  static Shape broadcast(List<Shape> in) {
    count(in, 2, 2);
    Shape a = in.get(0);
    Shape b = in.get(1);
    long[] dims = new long[Math.max(a.rank(), b.rank())];
    for (int i = 1; i <= dims.length; i++) {
      long x = i <= a.rank() ? a.dim(a.rank() - i) : 1;
      long y = i <= b.rank() ? b.dim(b.rank() - i) : 1;
      if (x != y && x != 1 && y != 1) {
        throw new IllegalArgumentException(
            "both must have one shape or dimensions of 1, found " + a + " and " + b);
      }
      dims[dims.length - i] = x == 1 ? y : x;
    }
    return Shape.of(dims);
  }

  static Shape matMul(boolean transposed, List<Shape> in) {
    count(in, 2, 2);
    Shape a = in.get(0);
    Shape b = in.get(1);
    int rank = a.rank();
    boolean fits = rank >= 2 && b.rank() == rank;
    for (int axis = 0; fits && axis < rank - 2; axis++) {
      fits = a.dim(axis) == b.dim(axis);
    }
    if (!fits || a.dim(rank - 1) != b.dim(transposed ? rank - 1 : rank - 2)) {
      throw new IllegalArgumentException(
          "expected [..., n, k] and "
              + (transposed ? "[..., m, k]" : "[..., k, m]")
              + ", found "
              + a
              + " and "
              + b);
    }
    long[] dims = a.toArray();
    dims[rank - 1] = b.dim(transposed ? rank - 2 : rank - 1);
    return Shape.of(dims);
  }

  static Shape attention(int heads, int keyHeads, List<Shape> in) {
    Shape q = in.get(0);
    Shape k = in.get(1);
    boolean fits =
        q.rank() == 2
            && k.rank() == 2
            && k.equals(in.get(2))
            && q.dim(1) % heads == 0
            && k.dim(1) == q.dim(1) / heads * keyHeads
            && (in.size() < 4 || in.get(3).equals(Shape.of(k.dim(0))));
    if (!fits) {
      throw new IllegalArgumentException(
          "expected queries [t, "
              + heads
              + " * size], keys and values [s, "
              + keyHeads
              + " * size] and a mask [s] or none, found "
              + in.stream().map(Shape::toString).collect(Collectors.joining(", ")));
    }
    return q;
  }

  static Shape rope(int headSize, List<Shape> in) {
    Shape x = in.getFirst();
    boolean fits =
        x.rank() == 2
            && x.dim(1) % headSize == 0
            && (in.size() < 2 || in.get(1).equals(Shape.of(x.dim(0))));
    if (!fits) {
      throw new IllegalArgumentException(
          "expected [t, heads * "
              + headSize
              + "] and positions [t] or none, found "
              + new ArrayList<>(in));
    }
    return x;
  }
}
