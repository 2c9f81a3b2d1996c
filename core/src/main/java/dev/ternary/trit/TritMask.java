package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import java.util.Objects;

/**
 * An immutable, row-major array of booleans, one bit each: what comparisons of {@link TernaryArray}
 * give and what selects elements of it. Safe to share between threads.
 */
public final class TritMask {

  private final Shape shape;
  private final BitPlane plane;

  TritMask(Shape shape, BitPlane plane) {
    this.shape = shape;
    this.plane = plane;
  }

  /**
   * A mask of the given shape with a copy of {@code values}.
   *
   * @throws IllegalArgumentException if there are not as many values as the shape has elements
   */
  public static TritMask of(Shape shape, boolean... values) {
    if (values.length != shape.elements()) {
      throw new IllegalArgumentException(
          "shape " + shape + " needs " + shape.elements() + " values, got " + values.length);
    }
    PlaneWriter writer = new PlaneWriter(values.length);
    for (boolean value : values) {
      writer.append(value ? 1 : 0, 1);
    }
    return new TritMask(shape, writer.done());
  }

  /** A mask of one dimension with a copy of {@code values}. */
  public static TritMask of(boolean... values) {
    return of(Shape.of(values.length), values);
  }

  /** The dimensions. */
  public Shape shape() {
    return shape;
  }

  /** Number of elements. */
  public long size() {
    return plane.size();
  }

  BitPlane plane() {
    return plane;
  }

  /**
   * The element at an index, one number a dimension; negative numbers count from the end.
   *
   * @throws IllegalArgumentException if there are more or fewer numbers than dimensions, or one is
   *     out of range
   */
  public boolean get(long... index) {
    return plane.get(Indexing.flat(shape, index));
  }

  /** Where both are true; shapes broadcast. */
  public TritMask and(TritMask other) {
    return combine(other, BitKernels::and);
  }

  /** Where at least one is true; shapes broadcast. */
  public TritMask or(TritMask other) {
    return combine(other, BitKernels::or);
  }

  /** Where exactly one is true; shapes broadcast. */
  public TritMask xor(TritMask other) {
    return combine(other, BitKernels::xor);
  }

  /** Where this is false. */
  public TritMask not() {
    long[][] chunks = HeapPlane.allocate(size());
    for (int c = 0; c < chunks.length; c++) {
      BitKernels.not(plane.chunk(c), chunks[c]);
    }
    if (chunks.length > 0) {
      HeapPlane.clearAbove(size(), chunks[chunks.length - 1]);
    }
    return new TritMask(shape, new HeapPlane(size(), chunks));
  }

  private TritMask combine(TritMask other, Combination combination) {
    Shape result = Broadcasting.shape(shape, other.shape);
    BitPlane a = Broadcasting.expand(plane, shape, result);
    BitPlane b = Broadcasting.expand(other.plane, other.shape, result);
    long[][] chunks = HeapPlane.allocate(result.elements());
    for (int c = 0; c < chunks.length; c++) {
      combination.apply(a.chunk(c), b.chunk(c), chunks[c]);
    }
    return new TritMask(result, new HeapPlane(result.elements(), chunks));
  }

  /** Number of elements that are true. */
  public long count() {
    return plane.count();
  }

  /** Whether an element is true. */
  public boolean any() {
    for (int c = 0; c < plane.chunks(); c++) {
      for (long word : plane.chunk(c)) {
        if (word != 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether all elements are true, as they are where there is none. */
  public boolean all() {
    return plane.count() == size();
  }

  /** +1 where true, 0 where false. */
  public TernaryArray toTrits() {
    return new TernaryArray(shape, plane, HeapPlane.constant(size(), false));
  }

  /**
   * The elements, row-major.
   *
   * @throws IllegalArgumentException if there are more than an array can hold
   */
  public boolean[] toBooleanArray() {
    boolean[] values = new boolean[Conversion.arrayLength(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = plane.get(i);
    }
    return values;
  }

  /** Whether the other mask has the same shape and elements. */
  @Override
  public boolean equals(Object other) {
    return other instanceof TritMask mask && shape.equals(mask.shape) && plane.sameBits(mask.plane);
  }

  @Override
  public int hashCode() {
    return Objects.hash(shape, plane.hash());
  }

  /** The elements as NumPy prints an array of {@code bool}, elided where there are many. */
  @Override
  public String toString() {
    return Printing.text(shape, i -> plane.get(i) ? "True" : "False");
  }

  @FunctionalInterface
  private interface Combination {
    void apply(long[] a, long[] b, long[] r);
  }
}
