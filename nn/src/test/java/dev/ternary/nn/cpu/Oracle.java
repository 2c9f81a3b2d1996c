package dev.ternary.nn.cpu;

import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** Operations on one sample, element by element, from the places that their meaning says. */
final class Oracle {

  /** A value of one sample, row-major. */
  static final class Value {
    private final Shape shape;
    private final double[] data;

    Value(Shape shape, double[] data) {
      this.shape = shape;
      this.data = data.clone();
    }

    Shape shape() {
      return shape;
    }

    double[] data() {
      return data.clone();
    }

    double at(long... index) {
      int place = 0;
      for (int axis = 0; axis < index.length; axis++) {
        place = place * (int) shape.dim(axis) + (int) index[axis];
      }
      return data[place];
    }
  }

  private Oracle() {}

  /** What an operation gives. */
  static Value of(Operation operation, List<Value> in) {
    Shape shape = operation.outputShape(in.stream().map(Value::shape).toList());
    Value x = in.getFirst();
    return switch (operation) {
      case Operation.Relu _ -> each(x, v -> Math.max(v, 0));
      case Operation.Clip(var low, var high) -> each(x, v -> Math.min(Math.max(v, low), high));
      case Operation.Silu _ -> each(x, v -> v / (1 + Math.exp(-v)));
      case Operation.Sigmoid _ -> each(x, v -> 1 / (1 + Math.exp(-v)));
      case Operation.Tanh _ -> each(x, Math::tanh);
      case Operation.Gelu _ ->
          each(
              x,
              v -> 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))));
      case Operation.BatchNorm o ->
          make(
              shape,
              i -> {
                int f = (int) i[0];
                return (x.at(i) - o.mean().getFloat(f))
                        / Math.sqrt(o.variance().getFloat(f) + o.eps())
                        * o.gamma().getFloat(f)
                    + o.beta().getFloat(f);
              });
      case Operation.MaxPool2d(var g) -> make(shape, i -> pool(x, g, i, true));
      case Operation.AvgPool2d(var g) -> make(shape, i -> pool(x, g, i, false));
      case Operation.GlobalAvgPool2d _ ->
          make(
              shape,
              i -> {
                double sum = 0;
                for (long h = 0; h < x.shape().dim(1); h++) {
                  for (long w = 0; w < x.shape().dim(2); w++) {
                    sum += x.at(i[0], h, w);
                  }
                }
                return sum / (x.shape().dim(1) * x.shape().dim(2));
              });
      case Operation.SubsamplePad(var stride, var channels) ->
          make(
              shape,
              i -> {
                long c = i[0] - (channels - x.shape().dim(0)) / 2;
                boolean there = c >= 0 && c < x.shape().dim(0);
                return there ? x.at(c, i[1] * stride, i[2] * stride) : 0;
              });
      case Operation.Flatten _, Operation.Reshape _ -> new Value(shape, x.data());
      case Operation.Transpose(var order) ->
          make(
              shape,
              i -> {
                long[] from = new long[i.length];
                for (int axis = 0; axis < i.length; axis++) {
                  from[order.get(axis)] = i[axis];
                }
                return x.at(from);
              });
      case Operation.Slice(var axis, var from, var _, var step) ->
          make(
              shape,
              i -> {
                long[] place = i.clone();
                place[axis] = from + step * place[axis];
                return x.at(place);
              });
      case Operation.Concat(var axis) ->
          make(
              shape,
              i -> {
                long[] place = i.clone();
                int part = 0;
                while (place[axis] >= in.get(part).shape().dim(axis)) {
                  place[axis] -= in.get(part++).shape().dim(axis);
                }
                return in.get(part).at(place);
              });
      case Operation.Reduce o -> make(shape, i -> reduce(x, o, i));
      case Operation.Add _ -> make(shape, i -> broadcast(x, i) + broadcast(in.get(1), i));
      case Operation.Multiply _ -> make(shape, i -> broadcast(x, i) * broadcast(in.get(1), i));
      case Operation.Softmax _ ->
          make(
              shape,
              i -> {
                double sum = 0;
                long[] place = i.clone();
                for (long k = 0; k < shape.dim(i.length - 1); k++) {
                  place[i.length - 1] = k;
                  sum += Math.exp(x.at(place));
                }
                return Math.exp(x.at(i)) / sum;
              });
      case Operation.MatMul(var transposed) ->
          make(
              shape,
              i -> {
                double sum = 0;
                int last = i.length - 1;
                long[] a = i.clone();
                long[] b = i.clone();
                for (long k = 0; k < x.shape().dim(last); k++) {
                  a[last] = k;
                  b[last - 1] = transposed ? i[last] : k;
                  b[last] = transposed ? k : i[last];
                  sum += x.at(a) * in.get(1).at(b);
                }
                return sum;
              });
      default -> throw new AssertionError(operation);
    };
  }

  private static Value each(Value x, DoubleUnaryOperator function) {
    return new Value(x.shape(), Arrays.stream(x.data()).map(function).toArray());
  }

  private static Value make(Shape shape, ToDoubleFunction<long[]> value) {
    double[] data = new double[(int) shape.elements()];
    for (int i = 0; i < data.length; i++) {
      data[i] = value.applyAsDouble(shape.indexOf(i));
    }
    return new Value(shape, data);
  }

  private static double pool(Value x, PoolGeometry g, long[] i, boolean max) {
    double result = max ? Double.NEGATIVE_INFINITY : 0;
    for (int kh = 0; kh < g.kernelH(); kh++) {
      for (int kw = 0; kw < g.kernelW(); kw++) {
        long h = i[1] * g.strideH() - g.padH() + kh;
        long w = i[2] * g.strideW() - g.padW() + kw;
        if (h >= 0 && h < x.shape().dim(1) && w >= 0 && w < x.shape().dim(2)) {
          double v = x.at(i[0], h, w);
          result = max ? Math.max(result, v) : result + v;
        }
      }
    }
    return max ? result : result / (g.kernelH() * g.kernelW());
  }

  private static double reduce(Value x, Operation.Reduce o, long[] i) {
    List<Long> place = new ArrayList<>();
    for (long at : i) {
      place.add(at);
    }
    if (!o.keep()) {
      place.add(o.axis(), 0L);
    }
    double result = o.kind() == Operation.Reduce.Kind.MAX ? Double.NEGATIVE_INFINITY : 0;
    long size = x.shape().dim(o.axis());
    for (long k = 0; k < size; k++) {
      place.set(o.axis(), k);
      double v = x.at(place.stream().mapToLong(Long::longValue).toArray());
      result =
          switch (o.kind()) {
            case MAX -> Math.max(result, v);
            case MEAN -> result + v / size;
            case SUM -> result + v;
          };
    }
    return result;
  }

  private static double broadcast(Value x, long[] i) {
    int rank = x.shape().rank();
    long[] place = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      place[axis] = x.shape().dim(axis) == 1 ? 0 : i[i.length - rank + axis];
    }
    return x.at(place);
  }
}
