package dev.ternary.pytorch.script;

import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Operators that move elements, and those that ask for sizes. */
final class ShapeOperators {

  /** {@code torch.float32} as programs write it: {@code c10/core/ScalarType.h}. */
  static final Value FLOAT32 = new Value.Whole(6);

  private ShapeOperators() {}

  static void addTo(OperatorTable table) {
    table.add("size", "self, dim=None", ShapeOperators::size);
    table.add("dim", "self", (_, a) -> new Value.Whole(shape(a.value("self")).size()));
    table.add("flatten", "self, start_dim=0, end_dim=-1", ShapeOperators::flatten);
    for (String name : List.of("view", "reshape", "_unsafe_view")) {
      table.add(name, "self, size", ShapeOperators::view);
    }
    table.add("unsqueeze", "self, dim", ShapeOperators::unsqueeze);
    table.add("squeeze", "self, dim", ShapeOperators::squeeze);
    table.add("permute", "self, dims", ShapeOperators::permute);
    table.add("transpose", "self, dim0, dim1", ShapeOperators::transpose);
    table.add("t", "self", ShapeOperators::turn);
    table.add("slice", "self, dim=0, start=None, end=None, step=1", ShapeOperators::slice);
    table.add("select", "self, dim, index", ShapeOperators::select);
    table.add("chunk", "self, chunks, dim=0", ShapeOperators::chunk);
    for (String name : List.of("cat", "concat")) {
      table.add(name, "tensors, dim=0", ShapeOperators::cat);
    }
    table.add("contiguous", "self, memory_format=None", (_, a) -> perhapsCopy(a));
    for (String name : List.of("detach", "alias", "prim.data")) {
      table.add(name, "self", (_, a) -> perhapsCopy(a));
    }
    table.add("clone", "self, memory_format=None", (_, a) -> a.flow("self").copy());
    table.add("to", "self, a=None, b=None, c=None, d=None, e=None", ShapeOperators::to);
    table.add("type_as", "self, other", (_, a) -> perhapsCopy(a));
  }

  /** The same elements, in the same memory or not. */
  private static Value perhapsCopy(Bound a) {
    return a.value("self") instanceof Value.Flow x ? x.view(x.node(), x.shape()) : a.value("self");
  }

  /** A dimension counted from the front, which must not be that of the samples. */
  static int axis(int dim, int rank) {
    int axis = dim < 0 ? dim + rank : dim;
    if (axis < 0 || axis >= rank) {
      throw new IllegalArgumentException("has no dimension " + dim + " of " + rank);
    }
    if (axis == 0) {
      throw new IllegalArgumentException("would mix samples: dimension 0 is theirs");
    }
    return axis;
  }

  private static List<Value> shape(Value value) {
    var sizes = new ArrayList<Value>();
    Shape shape =
        switch (value) {
          case Value.Flow flow -> {
            Shape sample = flow.shape();
            sizes.add(new Value.Samples());
            yield sample;
          }
          case Value.Fixed(Tensor tensor, _) -> tensor.shape();
          case Value other -> throw Bound.wrong("self", "a tensor", other);
        };
    for (long dim : shape.toArray()) {
      sizes.add(new Value.Whole(dim));
    }
    return sizes;
  }

  private static Value size(Net net, Bound a) {
    List<Value> sizes = shape(a.value("self"));
    if (a.isNothing("dim")) {
      return Value.Items.list(sizes);
    }
    int dim = a.whole("dim");
    int axis = dim < 0 ? dim + sizes.size() : dim;
    if (axis < 0 || axis >= sizes.size()) {
      throw new IllegalArgumentException("has no dimension " + dim + " of " + sizes.size());
    }
    return sizes.get(axis);
  }

  private static List<Long> dims(Value.Flow x) {
    var dims = new ArrayList<Long>();
    for (long dim : x.shape().toArray()) {
      dims.add(dim);
    }
    return dims;
  }

  private static Value flatten(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    int start = axis(a.whole("start_dim"), x.rank()) - 1;
    int end = axis(a.whole("end_dim"), x.rank()) - 1;
    List<Long> dims = dims(x);
    long together = 1;
    for (int i = start; i <= end; i++) {
      together *= dims.remove(start);
    }
    dims.add(start, together);
    return net.reshape(x, dims);
  }

  /** The samples must stay apart: sizes with one -1 must give each of them as much as it has. */
  private static Value view(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    List<Value> sizes = a.items("size");
    long elements = x.shape().elements();
    if (sizes.isEmpty()) {
      throw new IllegalArgumentException("would mix samples");
    }
    var dims = new ArrayList<Long>();
    long known = 1;
    for (Value size : sizes.subList(1, sizes.size())) {
      if (!(size instanceof Value.Whole(long dim))) {
        throw Bound.wrong("size", "ints behind the number of samples", size);
      }
      dims.add(dim);
      known = dim == -1 ? known : Math.multiplyExact(known, dim);
    }
    boolean samples =
        sizes.getFirst() instanceof Value.Samples
            || (sizes.getFirst().equals(new Value.Whole(-1)) && known == elements);
    if (!samples) {
      throw new IllegalArgumentException(
          sizes.getFirst() instanceof Value.Whole(long fixed) && fixed != -1
              ? "makes the number of samples always "
                  + fixed
                  + "; write x.flatten(1) or x.view(x.size(0), -1) in the module"
              : "would mix samples: each has " + elements + " elements, the sizes say " + known);
    }
    int open = dims.indexOf(-1L);
    if (open >= 0 && known > 0) {
      dims.set(open, elements / known);
      known *= elements / known;
    }
    if (known != elements) {
      throw new IllegalArgumentException(
          "cannot make " + dims + " of " + x.shape() + " of each sample");
    }
    return net.reshape(x, dims);
  }

  private static Value unsqueeze(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    List<Long> dims = dims(x);
    dims.add(axis(a.whole("dim"), x.rank() + 1) - 1, 1L);
    return net.reshape(x, dims);
  }

  private static Value squeeze(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    List<Long> dims = dims(x);
    int axis = axis(a.whole("dim"), x.rank()) - 1;
    if (dims.get(axis) != 1) {
      return x;
    }
    if (dims.size() == 1) {
      throw new IllegalArgumentException("leaves a sample without dimensions");
    }
    dims.remove(axis);
    return net.reshape(x, dims);
  }

  private static Value permute(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    List<Integer> order = a.wholes("dims");
    if (order.isEmpty() || order.getFirst() != 0) {
      throw new IllegalArgumentException("would mix samples: dimension 0 must stay where it is");
    }
    List<Integer> inner = order.stream().skip(1).map(dim -> axis(dim, x.rank()) - 1).toList();
    return net.view("permute", new Operation.Transpose(inner), x);
  }

  private static Value transpose(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    var order = new ArrayList<Integer>();
    for (int i = 0; i < x.shape().rank(); i++) {
      order.add(i);
    }
    int first = axis(a.whole("dim0"), x.rank()) - 1;
    int second = axis(a.whole("dim1"), x.rank()) - 1;
    order.set(first, second);
    order.set(second, first);
    return net.view("transpose", new Operation.Transpose(order), x);
  }

  private static Value turn(Net net, Bound a) {
    Tensor tensor = a.fixed("self");
    return new Value.Fixed(transpose(tensor), Optional.of(tensor));
  }

  /** The transpose of a matrix, as a copy. */
  static Tensor transpose(Tensor tensor) {
    if (tensor.shape().rank() != 2) {
      throw new IllegalArgumentException("must be a matrix, found a tensor " + tensor.shape());
    }
    int rows = Math.toIntExact(tensor.shape().dim(0));
    int cols = Math.toIntExact(tensor.shape().dim(1));
    float[] from = tensor.toFloatArray();
    float[] to = new float[from.length];
    for (int row = 0; row < rows; row++) {
      for (int col = 0; col < cols; col++) {
        to[col * rows + row] = from[row * cols + col];
      }
    }
    return Tensor.of(Shape.of(cols, rows), to);
  }

  private static Value slice(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    int from = a.isNothing("start") ? 0 : a.whole("start");
    int to = a.isNothing("end") ? Integer.MAX_VALUE : a.whole("end");
    if (from == 0 && to == Integer.MAX_VALUE && a.whole("step") == 1) {
      return x;
    }
    int axis = axis(a.whole("dim"), x.rank()) - 1;
    return net.view("slice", new Operation.Slice(axis, from, to, a.whole("step")), x);
  }

  private static Value select(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    int axis = axis(a.whole("dim"), x.rank()) - 1;
    int index = a.whole("index");
    int end = index == -1 ? Integer.MAX_VALUE : index + 1;
    Value.Flow one = net.view("select", new Operation.Slice(axis, index, end, 1), x);
    List<Long> dims = dims(one);
    if (dims.get(axis) != 1 || dims.size() == 1) {
      throw new IllegalArgumentException("cannot take " + index + " of " + x.kind());
    }
    dims.remove(axis);
    return net.reshape(one, dims);
  }

  private static Value chunk(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    int axis = axis(a.whole("dim"), x.rank()) - 1;
    int size = Math.toIntExact(x.shape().dim(axis));
    int count = a.whole("chunks");
    if (count < 1 || count > size) {
      throw new IllegalArgumentException("cannot make " + count + " parts of " + size);
    }
    int step = (size + count - 1) / count;
    var parts = new ArrayList<Value>();
    for (int from = 0; from < size; from += step) {
      int to = Math.min(size, from + step);
      parts.add(net.view("chunk", new Operation.Slice(axis, from, to, 1), x));
    }
    return Value.Items.list(parts);
  }

  private static Value cat(Net net, Bound a) {
    var parts = new ArrayList<Value.Flow>();
    for (Value item : a.items("tensors")) {
      if (!(item instanceof Value.Flow flow)) {
        throw Bound.wrong("tensors", "tensors that depend on the input", item);
      }
      parts.add(flow);
    }
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("has nothing to put together");
    }
    int axis = axis(a.whole("dim"), parts.getFirst().rank()) - 1;
    return net.add("cat", new Operation.Concat(axis), parts.toArray(Value.Flow[]::new));
  }

  /** Another type or device: all is float32 and here. */
  private static Value to(Net net, Bound a) {
    for (String name : List.of("a", "b", "c", "d", "e")) {
      if (a.value(name) instanceof Value.Whole && !a.value(name).equals(FLOAT32)) {
        throw Bound.wrong("dtype", "float32", a.value(name));
      }
    }
    return perhapsCopy(a);
  }
}
