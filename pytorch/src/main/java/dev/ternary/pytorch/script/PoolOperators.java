package dev.ternary.pytorch.script;

import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Operators that make one number of several. */
final class PoolOperators {

  private PoolOperators() {}

  static void addTo(OperatorTable table) {
    String max = "self, kernel_size, stride=[], padding=0, dilation=1, ceil_mode=False";
    table.add("max_pool2d", max, PoolOperators::max);
    table.add("max_pool2d_with_indices", max, (net, a) -> withIndices(max(net, a)));
    table.add(
        "avg_pool2d",
        "self, kernel_size, stride=[], padding=0, ceil_mode=False, count_include_pad=True,"
            + " divisor_override=None",
        PoolOperators::mean);
    table.add("adaptive_avg_pool2d", "self, output_size", PoolOperators::adaptiveMean);
    table.add(
        "adaptive_max_pool2d", "self, output_size", (net, a) -> withIndices(adaptiveMax(net, a)));
    table.add("mean", "self, dim, keepdim=False, dtype=None", PoolOperators::meanOf);
    table.add(
        "sum",
        "self, dim, keepdim=False, dtype=None",
        (net, a) -> reduce(net, a, Operation.Reduce.Kind.SUM));
    table.add(
        "amax", "self, dim, keepdim=False", (net, a) -> reduce(net, a, Operation.Reduce.Kind.MAX));
  }

  /** Where the largest ones were is not computed; who looks at it meets None. */
  private static Value withIndices(Value result) {
    return new Value.Items(List.of(result, new Value.Nothing()), true);
  }

  private static PoolGeometry geometry(Bound a, Value.Flow image) {
    Bound.Pair kernel = a.pair("kernel_size");
    Bound.Pair stride = a.pair("stride", kernel);
    Bound.Pair padding = a.pair("padding");
    long rows = image.shape().dim(1) + 2L * padding.rows() - kernel.rows();
    long cols = image.shape().dim(2) + 2L * padding.cols() - kernel.cols();
    var geometry =
        new PoolGeometry(
            kernel.rows(),
            kernel.cols(),
            stride.rows(),
            stride.cols(),
            padding.rows(),
            padding.cols());
    // Where windows end with the image, rounding up and down are the same.
    if (a.truth("ceil_mode") && (rows % stride.rows() != 0 || cols % stride.cols() != 0)) {
      throw new IllegalArgumentException(
          "has ceil_mode=True and windows that reach beyond "
              + image.shape()
              + ", which is not there; another size of the input may do");
    }
    return geometry;
  }

  private static Value max(Net net, Bound a) {
    if (!a.pair("dilation").is(1)) {
      throw new IllegalArgumentException("has a dilation, which is not there");
    }
    return net.add("max_pool", new Operation.MaxPool2d(geometry(a, image(a))), image(a));
  }

  private static Value mean(Net net, Bound a) {
    a.require("divisor_override", new Value.Nothing());
    if (!a.pair("padding").is(0) && !a.truth("count_include_pad")) {
      throw new IllegalArgumentException("has count_include_pad=False, which is not there");
    }
    return net.add("avg_pool", new Operation.AvgPool2d(geometry(a, image(a))), image(a));
  }

  private static Value.Flow image(Bound a) {
    Value.Flow x = a.flow("self");
    if (x.rank() != 4) {
      throw new IllegalArgumentException("must be in two dimensions, found " + x.kind());
    }
    return x;
  }

  private static Value adaptiveMean(Net net, Bound a) {
    Value.Flow x = image(a);
    Bound.Pair size = size(a, x.shape());
    if (size.is(1)) {
      return global(net, x, true);
    }
    PoolGeometry parts = parts(x.shape(), size);
    return isSame(parts) ? x.copy() : net.add("avg_pool", new Operation.AvgPool2d(parts), x);
  }

  private static Value adaptiveMax(Net net, Bound a) {
    Value.Flow x = image(a);
    PoolGeometry parts = parts(x.shape(), size(a, x.shape()));
    return isSame(parts) ? x.copy() : net.add("max_pool", new Operation.MaxPool2d(parts), x);
  }

  private static boolean isSame(PoolGeometry parts) {
    return parts.kernelH() == 1 && parts.kernelW() == 1;
  }

  /** The mean of each channel. */
  private static Value.Flow global(Net net, Value.Flow x, boolean keep) {
    Value.Flow mean = net.add("avg_pool", new Operation.GlobalAvgPool2d(), x);
    return keep ? net.reshape(mean, List.of(x.shape().dim(0), 1L, 1L)) : mean;
  }

  /** The size that is asked for; None stands for what is there. */
  private static Bound.Pair size(Bound a, Shape image) {
    var sizes = new ArrayList<Integer>();
    if (!(a.value("output_size") instanceof Value.Items items)) {
      return a.pair("output_size");
    }
    for (Value item : items.items()) {
      sizes.add(
          switch (item) {
            case Value.Whole(long size) -> Math.toIntExact(size);
            case Value.Nothing _ -> Math.toIntExact(image.dim(1 + sizes.size()));
            case Value other -> throw Bound.wrong("output_size", "ints", other);
          });
      if (sizes.size() > 2) {
        break;
      }
    }
    if (sizes.isEmpty() || sizes.size() > 2) {
      throw new IllegalArgumentException("argument 'output_size' must be two ints");
    }
    return new Bound.Pair(sizes.getFirst(), sizes.getLast());
  }

  private static PoolGeometry parts(Shape image, Bound.Pair size) {
    if (size.rows() < 1
        || size.cols() < 1
        || image.dim(1) % size.rows() != 0
        || image.dim(2) % size.cols() != 0) {
      throw new IllegalArgumentException(
          "makes "
              + size.rows()
              + " by "
              + size.cols()
              + " of "
              + image
              + ", whose windows are not all of one size; another size of the input may do");
    }
    int rows = Math.toIntExact(image.dim(1) / size.rows());
    int cols = Math.toIntExact(image.dim(2) / size.cols());
    return new PoolGeometry(rows, cols, rows, cols, 0, 0);
  }

  private static Value meanOf(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    List<Integer> axes = axes(a, x);
    if (x.rank() == 4 && axes.equals(List.of(2, 1))) {
      a.require("dtype", new Value.Nothing());
      return global(net, x, a.truth("keepdim"));
    }
    return reduce(net, a, Operation.Reduce.Kind.MEAN);
  }

  /** The dimensions of a sample along which to reduce, the last one first. */
  private static List<Integer> axes(Bound a, Value.Flow x) {
    if (a.wholes("dim").isEmpty()) {
      throw new IllegalArgumentException("would mix samples: it is over all dimensions");
    }
    return a.wholes("dim").stream()
        .map(dim -> ShapeOperators.axis(dim, x.rank()) - 1)
        .sorted(Comparator.reverseOrder())
        .distinct()
        .toList();
  }

  private static Value reduce(Net net, Bound a, Operation.Reduce.Kind kind) {
    if (kind != Operation.Reduce.Kind.MAX) {
      a.require("dtype", new Value.Nothing());
    }
    Value.Flow x = a.flow("self");
    for (int axis : axes(a, x)) {
      x = net.add("reduce", new Operation.Reduce(kind, axis, a.truth("keepdim")), x);
    }
    return x;
  }
}
