package dev.ternary.trit;

import dev.ternary.tensor.Shape;

/**
 * A writable array of trits of a fixed shape, 0 at first. Used by one thread at a time; {@link
 * #build} gives an immutable copy.
 */
public final class TernaryArrayBuilder {

  private final Shape shape;
  private final long[][] positive;
  private final long[][] negative;

  /** A builder of an array of zeros. */
  public TernaryArrayBuilder(Shape shape) {
    this.shape = shape;
    this.positive = HeapPlane.allocate(shape.elements());
    this.negative = HeapPlane.allocate(shape.elements());
  }

  /** The dimensions. */
  public Shape shape() {
    return shape;
  }

  /** Sets the trit at an index, one number a dimension; negative numbers count from the end. */
  public TernaryArrayBuilder set(int trit, long... index) {
    Trit.check(trit);
    put(Indexing.flat(shape, index), trit);
    return this;
  }

  /** The trit at an index. */
  public int get(long... index) {
    return view().trit(Indexing.flat(shape, index));
  }

  /**
   * Overwrites all with the operation on two arrays and allocates nothing where they have this
   * shape; they broadcast to it otherwise. This is NumPy's {@code out=}.
   */
  public TernaryArrayBuilder assign(TritOp op, TernaryArray a, TernaryArray b) {
    TernaryArray x = a.broadcastTo(shape);
    TernaryArray y = b.broadcastTo(shape);
    for (int c = 0; c < positive.length; c++) {
      op.apply(x, y, c, positive[c], negative[c]);
    }
    return this;
  }

  /** Overwrites a selected part with trits that broadcast to it: {@code a[selection] = trits}. */
  public TernaryArrayBuilder assign(TernaryArray trits, Index... selection) {
    Indexing.Selection selected = Indexing.select(shape, java.util.List.of(selection));
    TernaryArray source = trits.broadcastTo(selected.shape());
    long[] at = {0};
    selected.layout().forEach(position -> put(position, source.trit(at[0]++)));
    return this;
  }

  /** Overwrites a selected part with one trit: {@code a[selection] = trit}. */
  public TernaryArrayBuilder fill(int trit, Index... selection) {
    return assign(TernaryArray.full(trit), selection);
  }

  private void put(long position, int trit) {
    int chunk = (int) (position >>> BitPlane.CHUNK_BITS_SHIFT);
    int word = (int) (position >>> 6) & (BitPlane.CHUNK_WORDS - 1);
    long bit = 1L << position;
    positive[chunk][word] = trit > 0 ? positive[chunk][word] | bit : positive[chunk][word] & ~bit;
    negative[chunk][word] = trit < 0 ? negative[chunk][word] | bit : negative[chunk][word] & ~bit;
  }

  /** A copy of the trits as they are now. */
  public TernaryArray build() {
    return new TernaryArray(
        shape,
        new HeapPlane(shape.elements(), copy(positive)),
        new HeapPlane(shape.elements(), copy(negative)));
  }

  private TernaryArray view() {
    return new TernaryArray(
        shape,
        new HeapPlane(shape.elements(), positive),
        new HeapPlane(shape.elements(), negative));
  }

  private static long[][] copy(long[][] chunks) {
    long[][] copy = new long[chunks.length][];
    for (int c = 0; c < copy.length; c++) {
      copy[c] = chunks[c].clone();
    }
    return copy;
  }
}
