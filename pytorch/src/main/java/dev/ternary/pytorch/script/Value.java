package dev.ternary.pytorch.script;

import dev.ternary.formats.pytorch.ScriptModule;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an expression stands for while a network is put together. */
sealed interface Value {

  /** What messages call it. */
  String kind();

  /** An int. */
  record Whole(long value) implements Value {
    @Override
    public String kind() {
      return String.valueOf(value);
    }
  }

  /** A float. */
  record Real(double value) implements Value {
    @Override
    public String kind() {
      return String.valueOf(value);
    }
  }

  /** A truth value. */
  record Truth(boolean value) implements Value {
    @Override
    public String kind() {
      return value ? "True" : "False";
    }
  }

  /** A text. */
  record Words(String value) implements Value {
    @Override
    public String kind() {
      return "a text";
    }
  }

  /** {@code None}. */
  record Nothing() implements Value {
    @Override
    public String kind() {
      return "None";
    }
  }

  /** How many samples there are, which the program must not look at. */
  record Samples() implements Value {
    @Override
    public String kind() {
      return "the number of samples";
    }
  }

  /** A device, a generator or the like, which a network does not depend on. */
  record Setting() implements Value {
    @Override
    public String kind() {
      return "a device";
    }
  }

  /** A function of the program, by its whole name. */
  record Routine(String name) implements Value {
    @Override
    public String kind() {
      return "a function";
    }
  }

  /**
   * A module.
   *
   * @param path where it is in the whole, empty for the whole
   */
  record Part(ScriptModule module, String path) implements Value {
    @Override
    public String kind() {
      return "a module";
    }
  }

  /**
   * A tensor that is the same for each input.
   *
   * @param turned what it is the transpose of
   */
  record Fixed(Tensor tensor, Optional<Tensor> turned) implements Value {
    @Override
    public String kind() {
      return "a tensor " + tensor.shape();
    }
  }

  /** A list, which may grow, or a tuple. */
  final class Items implements Value {

    private final List<Value> items;
    private final boolean tuple;

    Items(List<? extends Value> items, boolean tuple) {
      this.items = new ArrayList<>(items);
      this.tuple = tuple;
    }

    static Items list(List<? extends Value> items) {
      return new Items(items, false);
    }

    List<Value> items() {
      return items;
    }

    @Override
    public String kind() {
      return (tuple ? "a tuple of " : "a list of ") + items.size();
    }
  }

  /**
   * A tensor that depends on the input: a value of the graph. An operation in place makes it stand
   * for another value; those that share its memory then stand for none that the graph has.
   */
  final class Flow implements Value {

    /** Stands for no shape; compared by identity. */
    private static final Shape UNKNOWN = Shape.of(0);

    private final Memory memory;
    private String node;
    private Shape shape;
    private int version;

    private Flow(Memory memory, String node, Shape shape) {
      this.memory = memory;
      this.node = node;
      this.shape = shape;
      this.version = memory.version;
    }

    /** The memory that views share. */
    private static final class Memory {
      private int version;
    }

    /**
     * A value with memory of its own.
     *
     * @param shape of one sample
     */
    static Flow of(String node, Shape shape) {
      return new Flow(new Memory(), node, shape);
    }

    /** An input whose shape nobody said. */
    static Flow unknown() {
      return new Flow(new Memory(), "", UNKNOWN);
    }

    /** Whether nobody said the shape. */
    @SuppressWarnings("ReferenceEquality") // That very object.
    boolean isUnknown() {
      return shape == UNKNOWN;
    }

    /** Another value of the same memory. */
    Flow view(String other, Shape otherShape) {
      node();
      return new Flow(memory, other, otherShape);
    }

    /** The same value in memory of its own. */
    Flow copy() {
      return of(node(), shape);
    }

    /** The value of the graph. */
    String node() {
      if (isUnknown()) {
        throw new UnknownShapeException(Shape.of());
      }
      if (version != memory.version) {
        throw new IllegalArgumentException(
            "reads a tensor after an operation in place changed it through another view, which is"
                + " not followed; use the operation without _, or inplace=False");
      }
      return node;
    }

    /** The shape of one sample. */
    Shape shape() {
      if (isUnknown()) {
        throw new UnknownShapeException(Shape.of());
      }
      return shape;
    }

    /** Dimensions, samples included. */
    int rank() {
      return shape().rank() + 1;
    }

    /** Becomes another value in place. */
    void become(Flow other) {
      if (!other.shape.equals(shape())) {
        throw new IllegalArgumentException(
            "an operation in place cannot make " + other.shape + " of " + shape);
      }
      node = other.node();
      version = ++memory.version;
    }

    @Override
    public String kind() {
      return isUnknown() ? "an input" : "a tensor " + shape + " of each sample";
    }
  }
}
