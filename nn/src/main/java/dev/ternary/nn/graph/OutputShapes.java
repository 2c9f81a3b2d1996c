package dev.ternary.nn.graph;

import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.nn.graph.Operation.Attention;
import dev.ternary.nn.graph.Operation.Rope;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The output shape of every operation. */
final class OutputShapes {

  private OutputShapes() {}

  static Shape of(Operation operation, List<Shape> in) {
    Shape out =
        switch (operation) {
          case Operation.Linear l ->
              linear(l.values().shape().dim(1), l.values().shape().dim(0), one(in));
          case Operation.Conv2d l -> image(Windows.conv(l.values().shape(), l.geometry(), one(in)));
          case Operation.Embedding l -> append(one(in), l.values().shape().dim(1));
          case Operation.Constant l -> {
            count(in, 0, 0);
            yield l.value().shape();
          }
          case Operation.BatchNorm l -> batchNorm(l.gamma().shape().dim(0), one(in));
          case Operation.LayerNorm l -> norm(l.gamma().shape(), one(in));
          case Operation.RmsNorm l -> norm(l.gamma().shape(), one(in));
          case Operation.Relu _,
              Operation.Clip _,
              Operation.Gelu _,
              Operation.Silu _,
              Operation.Sigmoid _,
              Operation.Tanh _ ->
              one(in);
          case Operation.Softmax _ -> atLeastRankOne(one(in));
          case Operation.MaxPool2d l -> image(Windows.pool(l.geometry(), one(in)));
          case Operation.AvgPool2d l -> image(Windows.pool(l.geometry(), one(in)));
          case Operation.GlobalAvgPool2d _ -> Shape.of(Windows.requireImage(one(in)).dim(0));
          case Operation.Reduce l -> Moves.reduce(l, one(in));
          case Operation.Flatten _ -> Shape.of(one(in).elements());
          case Operation.Reshape l -> Moves.reshape(l.dims(), one(in));
          case Operation.Transpose l -> Moves.transpose(l.order(), one(in));
          case Operation.Slice l -> Moves.slice(l, one(in));
          case Operation.Concat l -> {
            count(in, 1, Integer.MAX_VALUE);
            yield Moves.concat(l.axis(), in);
          }
          case Operation.SubsamplePad l -> subsample(l, one(in));
          case Operation.Add _, Operation.Multiply _ -> {
            count(in, 2, 2);
            yield broadcast(in.get(0), in.get(1));
          }
          case Operation.MatMul l -> {
            count(in, 2, 2);
            yield matMul(l.transposed(), in.get(0), in.get(1));
          }
          case Attention l -> {
            count(in, 3, 4);
            yield attention(l, in);
          }
          case Rope l -> {
            count(in, 1, 2);
            yield rope(l, in);
          }
        };
    return requireSize(out);
  }

  private static void count(List<Shape> in, int least, int most) {
    if (in.size() < least || in.size() > most) {
      String expected =
          least == most
              ? String.valueOf(least)
              : most == Integer.MAX_VALUE ? least + " or more" : least + " or " + most;
      throw new IllegalArgumentException("expected " + expected + " inputs, found " + in.size());
    }
  }

  private static Shape one(List<Shape> in) {
    count(in, 1, 1);
    return in.getFirst();
  }

  private static Shape requireSize(Shape out) {
    if (out.elements() < 1 || out.elements() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the output must have from 1 to 2^31 - 1 elements, found shape " + out);
    }
    return out;
  }

  private static Shape image(ConvShape conv) {
    return Shape.of(conv.outChannels(), conv.outHeight(), conv.outWidth());
  }

  private static Shape append(Shape in, long dim) {
    long[] dims = Arrays.copyOf(in.toArray(), in.rank() + 1);
    dims[in.rank()] = dim;
    return Shape.of(dims);
  }

  private static Shape linear(long inputs, long outputs, Shape in) {
    if (in.rank() < 1 || in.dim(in.rank() - 1) != inputs) {
      throw new IllegalArgumentException(
          "expected " + inputs + " features in the last dimension, found shape " + in);
    }
    long[] dims = in.toArray();
    dims[dims.length - 1] = outputs;
    return Shape.of(dims);
  }

  private static Shape batchNorm(long features, Shape in) {
    if (in.rank() < 1 || in.dim(0) != features) {
      throw new IllegalArgumentException(
          "expected " + features + " features in the first dimension, found shape " + in);
    }
    return in;
  }

  private static Shape norm(Shape gamma, Shape in) {
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

  private static Shape atLeastRankOne(Shape in) {
    if (in.rank() < 1) {
      throw new IllegalArgumentException("expected at least 1 dimension, found shape " + in);
    }
    return in;
  }

  private static Shape subsample(Operation.SubsamplePad l, Shape in) {
    Windows.requireImage(in);
    if (in.dim(0) > l.outChannels()) {
      throw new IllegalArgumentException(
          "expected at most " + l.outChannels() + " channels, found shape " + in);
    }
    return Shape.of(
        l.outChannels(),
        Math.ceilDiv(in.dim(1), (long) l.stride()),
        Math.ceilDiv(in.dim(2), (long) l.stride()));
  }

  private static Shape broadcast(Shape a, Shape b) {
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

  private static Shape matMul(boolean transposed, Shape a, Shape b) {
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

  private static Shape attention(Attention l, List<Shape> in) {
    Shape q = in.get(0);
    Shape k = in.get(1);
    boolean fits =
        q.rank() == 2
            && k.rank() == 2
            && k.equals(in.get(2))
            && q.dim(1) % l.heads() == 0
            && k.dim(1) == q.dim(1) / l.heads() * l.keyHeads()
            && (in.size() < 4 || in.get(3).equals(Shape.of(k.dim(0))));
    if (!fits) {
      throw new IllegalArgumentException(
          "expected queries [t, "
              + l.heads()
              + " * size], keys and values [s, "
              + l.keyHeads()
              + " * size] and a mask [s] or none, found "
              + in.stream().map(Shape::toString).collect(Collectors.joining(", ")));
    }
    return q;
  }

  private static Shape rope(Rope l, List<Shape> in) {
    Shape x = in.getFirst();
    boolean fits =
        x.rank() == 2
            && x.dim(1) % l.headSize() == 0
            && (in.size() < 2 || in.get(1).equals(Shape.of(x.dim(0))));
    if (!fits) {
      throw new IllegalArgumentException(
          "expected [t, heads * "
              + l.headSize()
              + "] and positions [t] or none, found "
              + new ArrayList<>(in));
    }
    return x;
  }
}
