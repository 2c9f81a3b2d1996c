package dev.ternary.nn.cpu;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Input;
import dev.ternary.nn.graph.Moves;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * In which order each image of a network lies. What looks at windows of images takes and gives them
 * channels last; what looks at each element, or at one dimension, takes them as they come; all else
 * takes values as their shapes say, and so do the users of inputs and outputs. Where a value is
 * needed in the other order, a step turns it, once for all its readers.
 *
 * <p>So between the first convolution and the last nothing is turned: a network turns its input,
 * and what a flatten, a reshape, a matrix product or its caller reads.
 *
 * @param steps what to run, in this order
 * @param outputs the values to give out
 */
record OrderPlan(List<Placed> steps, List<String> outputs) {

  /**
   * A step with the orders of its values.
   *
   * @param task what it does with the dimensions that its values have in memory
   * @param value the value of the graph that it makes, or makes anew in another order
   * @param reads the order of each input
   * @param order the order of the result
   */
  record Placed(Task task, String value, List<Order> reads, Order order) {

    /** The dimensions in memory of what it makes. */
    Shape lying(Map<String, Shape> shapes) {
      return order.lying(Objects.requireNonNull(shapes.get(value)));
    }
  }

  static OrderPlan of(Graph graph, List<Task> tasks) {
    var planner = new Planner(graph.most());
    for (Input input : graph.inputs()) {
      planner.orders.put(input.name(), Order.CHANNELS_FIRST);
    }
    tasks.forEach(planner::add);
    List<String> outputs =
        graph.outputs().stream().map(name -> planner.read(name, Order.CHANNELS_FIRST)).toList();
    return new OrderPlan(List.copyOf(planner.steps), outputs);
  }

  private static final class Planner {
    private final Map<String, Shape> shapes;
    private final Map<String, Order> orders = new HashMap<>();
    private final Map<String, String> turned = new HashMap<>();
    private final List<Placed> steps = new ArrayList<>();

    Planner(Map<String, Shape> shapes) {
      this.shapes = shapes;
    }

    private Shape shape(String name) {
      return Objects.requireNonNull(shapes.get(name), name);
    }

    private Order order(String name) {
      return Objects.requireNonNull(orders.get(name), name);
    }

    void add(Task task) {
      String first = task.inputs().isEmpty() ? "" : task.inputs().getFirst();
      switch (task.operation()) {
        case Operation.Conv2d _,
            Operation.MaxPool2d _,
            Operation.AvgPool2d _,
            Operation.SubsamplePad _ ->
            place(task, Order.CHANNELS_LAST, Order.CHANNELS_LAST);
        case Operation.GlobalAvgPool2d _ -> place(task, Order.CHANNELS_LAST, Order.CHANNELS_FIRST);
        case Operation.Relu _,
            Operation.Clip _,
            Operation.Gelu _,
            Operation.Silu _,
            Operation.Sigmoid _,
            Operation.Tanh _,
            Operation.BatchNorm _ ->
            place(task, order(first), order(first));
        case Operation.Add _, Operation.Multiply _ -> {
          Order order = shape(task.name()).rank() == Order.RANK ? common(task) : asShaped();
          place(task, order, order);
        }
        case Operation.Concat(var axis) -> {
          Order order = common(task);
          place(with(task, new Operation.Concat(at(axis, first, order))), order, order);
        }
        case Operation.Slice(var axis, var from, var to, var step) -> {
          Order order = order(first);
          var slice = new Operation.Slice(at(axis, first, order), from, to, step);
          place(with(task, slice), order, order);
        }
        case Operation.Reduce reduce -> reduce(task, reduce, first);
        case Operation.Transpose(var dims) -> {
          Order order = order(first);
          var places = dims.stream().map(axis -> at(axis, first, order)).toList();
          place(with(task, new Operation.Transpose(places)), order, asShaped());
        }
        case Operation.Linear _,
            Operation.Embedding _,
            Operation.Constant _,
            Operation.LayerNorm _,
            Operation.RmsNorm _,
            Operation.Softmax _,
            Operation.Flatten _,
            Operation.Reshape _,
            Operation.MatMul _,
            Operation.Attention _,
            Operation.Rope _ ->
            place(task, asShaped(), asShaped());
      }
    }

    private static Order asShaped() {
      return Order.CHANNELS_FIRST;
    }

    private static Task with(Task task, Operation operation) {
      return new Task(task.name(), task.title(), operation, task.inputs());
    }

    /** Channels last as soon as one input lies so. */
    private Order common(Task task) {
      boolean last = task.inputs().stream().anyMatch(name -> order(name) == Order.CHANNELS_LAST);
      return last ? Order.CHANNELS_LAST : Order.CHANNELS_FIRST;
    }

    /** The place in memory of a dimension of {@code input}. */
    private int at(int axis, String input, Order order) {
      int wanted = Moves.axis(axis, shape(input));
      return shape(input).rank() == Order.RANK ? order.place(wanted) : wanted;
    }

    private void reduce(Task task, Operation.Reduce reduce, String input) {
      // Without its channels an image has the order that its shape says.
      boolean asLying = reduce.keep() || Moves.axis(reduce.axis(), shape(input)) == 0;
      Order order = asLying ? order(input) : asShaped();
      var inMemory =
          new Operation.Reduce(reduce.kind(), at(reduce.axis(), input, order), reduce.keep());
      place(with(task, inMemory), order, reduce.keep() ? order : asShaped());
    }

    private void place(Task task, Order reads, Order makes) {
      List<String> inputs = task.inputs().stream().map(name -> read(name, reads)).toList();
      Order order = shape(task.name()).rank() == Order.RANK ? makes : asShaped();
      var placed = new Task(task.name(), task.title(), task.operation(), inputs);
      List<Order> orders = Collections.nCopies(inputs.size(), reads);
      steps.add(new Placed(placed, task.name(), orders, order));
      this.orders.put(task.name(), order);
    }

    /** The name of a value in this order, which is made if it is not there. */
    String read(String name, Order order) {
      if (order(name) == order || Order.allSame(shape(name))) {
        return name;
      }
      return turned.computeIfAbsent(name, _ -> turn(name, order));
    }

    private String turn(String name, Order order) {
      // No name of a graph has a space.
      String result = name + " turned";
      Order before = order(name);
      List<Integer> places = order.dims().stream().map(before::place).toList();
      var task =
          new Task(result, "turning " + name, new Operation.Transpose(places), List.of(name));
      steps.add(new Placed(task, name, List.of(before), order));
      return result;
    }
  }
}
