package dev.ternary.trit;

import dev.ternary.tensor.Shape;

/** Element-wise operations on whole arrays. */
final class Logic {

  private Logic() {}

  static TernaryArray apply(TritOp op, TernaryArray a, TernaryArray b) {
    Shape shape = Broadcasting.shape(a.shape(), b.shape());
    TernaryArray x = a.broadcastTo(shape);
    TernaryArray y = b.broadcastTo(shape);
    long size = shape.elements();
    int count = BitPlane.chunks(size);
    long[][] p = new long[count][];
    long[][] n = new long[count][];
    for (int c = 0; c < count; c++) {
      int words = BitPlane.chunkWords(size, c);
      long[] cp = new long[words];
      long[] cn = new long[words];
      op.apply(x, y, c, cp, cn);
      p[c] = cp;
      n[c] = cn;
    }
    return new TernaryArray(shape, new HeapPlane(size, p), new HeapPlane(size, n));
  }

  static TritMask equal(TernaryArray a, TernaryArray b) {
    return compare(a, b, BitKernels::equal);
  }

  static TritMask less(TernaryArray a, TernaryArray b) {
    return compare(a, b, BitKernels::less);
  }

  private static TritMask compare(TernaryArray a, TernaryArray b, Comparison comparison) {
    Shape shape = Broadcasting.shape(a.shape(), b.shape());
    TernaryArray x = a.broadcastTo(shape);
    TernaryArray y = b.broadcastTo(shape);
    long[][] chunks = HeapPlane.allocate(shape.elements());
    for (int c = 0; c < chunks.length; c++) {
      comparison.apply(
          x.positive().chunk(c),
          x.negative().chunk(c),
          y.positive().chunk(c),
          y.negative().chunk(c),
          chunks[c]);
    }
    if (chunks.length > 0) {
      HeapPlane.clearAbove(shape.elements(), chunks[chunks.length - 1]);
    }
    return new TritMask(shape, new HeapPlane(shape.elements(), chunks));
  }

  static TernaryArray where(TritMask mask, TernaryArray a, TernaryArray b) {
    Shape shape = Broadcasting.shape(mask.shape(), Broadcasting.shape(a.shape(), b.shape()));
    BitPlane m = Broadcasting.expand(mask.plane(), mask.shape(), shape);
    TernaryArray x = a.broadcastTo(shape);
    TernaryArray y = b.broadcastTo(shape);
    return new TernaryArray(
        shape, select(m, x.positive(), y.positive()), select(m, x.negative(), y.negative()));
  }

  private static BitPlane select(BitPlane mask, BitPlane a, BitPlane b) {
    long[][] chunks = HeapPlane.allocate(mask.size());
    for (int c = 0; c < chunks.length; c++) {
      BitKernels.select(mask.chunk(c), a.chunk(c), b.chunk(c), chunks[c]);
    }
    return new HeapPlane(mask.size(), chunks);
  }

  /** Bits of either plane. */
  static BitPlane or(BitPlane a, BitPlane b) {
    long[][] chunks = HeapPlane.allocate(a.size());
    for (int c = 0; c < chunks.length; c++) {
      BitKernels.or(a.chunk(c), b.chunk(c), chunks[c]);
    }
    return new HeapPlane(a.size(), chunks);
  }

  @FunctionalInterface
  private interface Comparison {
    void apply(long[] ap, long[] an, long[] bp, long[] bn, long[] r);
  }
}
