package dev.ternary.nn.graph;

import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The shape of one sample, in which dimensions may be free. The batch is no part of it: every graph
 * runs on any number of samples.
 *
 * @param list the dimensions, row-major
 */
public record Dims(List<Dim> list) {

  public Dims {
    list = List.copyOf(list);
  }

  /** Dimensions in this order. */
  public static Dims of(Dim... dims) {
    return new Dims(List.of(dims));
  }

  /** Dimensions of fixed sizes. */
  public static Dims of(Shape shape) {
    List<Dim> dims = new ArrayList<>();
    LongStream.of(shape.toArray()).forEach(size -> dims.add(Dim.fixed(size)));
    return new Dims(dims);
  }

  /** Whether no dimension is free. */
  public boolean isFixed() {
    return list.stream().allMatch(dim -> dim instanceof Dim.Fixed);
  }

  /** The shape with the smallest sizes. */
  public Shape least() {
    return Shape.of(list.stream().mapToLong(Dim::least).toArray());
  }

  /** The shape with the largest sizes. */
  public Shape most() {
    return Shape.of(list.stream().mapToLong(Dim::most).toArray());
  }

  /**
   * Notes which sizes the free dimensions have in {@code shape}.
   *
   * @param sizes gets the sizes; those that are there must be met
   * @throws IllegalArgumentException if {@code shape} does not fit
   */
  void match(Shape shape, Map<String, Long> sizes) {
    boolean fits = shape.rank() == list.size();
    for (int axis = 0; fits && axis < list.size(); axis++) {
      long size = shape.dim(axis);
      Dim dim = list.get(axis);
      fits = dim.least() <= size && size <= dim.most();
      if (fits && dim instanceof Dim.Free free) {
        Long before = sizes.putIfAbsent(free.name(), size);
        fits = before == null || before == size;
      }
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "expected "
              + this
              + (sizes.isEmpty() ? "" : " with " + sizes)
              + bounds()
              + ", got "
              + shape);
    }
  }

  private String bounds() {
    var text = new StringBuilder();
    for (Dim dim : list) {
      if (dim instanceof Dim.Free(var name, var least, var most)) {
        text.append(", ").append(name).append(" from ").append(least).append(" to ").append(most);
      }
    }
    return text.toString();
  }

  /** Such as {@code [tokens, 64]}. */
  @Override
  public String toString() {
    return Arrays.toString(list.toArray());
  }
}
