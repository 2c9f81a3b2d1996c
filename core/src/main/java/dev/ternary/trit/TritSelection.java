package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** Parts of {@link TernaryArray} by position, range, list and mask. */
public sealed interface TritSelection permits TernaryArray {

  /** The selected part; axes that are not named are whole. */
  default TernaryArray slice(Index... selection) {
    return slice(List.of(selection));
  }

  /** The selected part in NumPy's notation, such as {@code "1:3, ::-1, ..., None, -1"}. */
  default TernaryArray slice(String selection) {
    return slice(Index.parse(selection));
  }

  /** The selected part; axes that are not named are whole. */
  default TernaryArray slice(List<Index> selection) {
    TernaryArray array = (TernaryArray) this;
    Indexing.Selection selected = Indexing.select(array.shape(), selection);
    return Shaping.view(array, selected.layout()).reshape(selected.shape().toArray());
  }

  /** The parts at the given positions of an axis, in that order: {@code a.take([...], axis)}. */
  default TernaryArray take(int axis, long... positions) {
    TernaryArray array = (TernaryArray) this;
    Shape shape = array.shape();
    int normal = Axes.normal(axis, shape);
    long[] checked =
        Arrays.stream(positions).map(p -> Indexing.position(shape, normal, p)).toArray();
    long[] dims = shape.toArray();
    dims[normal] = positions.length;
    return new TernaryArray(
        Shape.of(dims),
        Indexing.take(array.positive(), shape, normal, checked),
        Indexing.take(array.negative(), shape, normal, checked));
  }

  /** The trits at single points, one list of positions an axis: {@code a[[0, 1], [2, 3]]}. */
  default TernaryArray pick(long[]... positions) {
    return Indexing.pick((TernaryArray) this, positions);
  }

  /**
   * The elements where the mask is true, row-major. The mask has the shape of the array or of its
   * outer axes; then whole parts are selected.
   */
  default TernaryArray select(TritMask mask) {
    return Indexing.select((TernaryArray) this, mask);
  }
}
