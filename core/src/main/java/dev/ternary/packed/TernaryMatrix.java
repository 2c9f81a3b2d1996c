package dev.ternary.packed;

import dev.ternary.tensor.MemoryOwners;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/**
 * A matrix of ternary weights of shape {@code [rows, cols]}: row-major packed trits and their
 * scales. The weight is {@code trit * scale}. This is the form on disk and between the parts of the
 * engine; a kernel repacks it once into its own layout.
 *
 * <p>Every value that exists is valid: the codes were checked, so no kernel meets a code 3. The
 * matrix does not own the memory of its codes and never writes it; whoever changes that memory
 * afterwards breaks this promise.
 */
public final class TernaryMatrix {

  private final int rows;
  private final int cols;
  private final Packing packing;
  private final MemorySegment codes;
  private final Scales scales;

  /**
   * Checks sizes and every code; reads all of {@code codes} once.
   *
   * @param rows output features, 0 or more
   * @param cols input features, 0 or more
   * @param packing how a row is packed
   * @param codes {@code rows * packing.rowBytes(cols)} bytes
   * @param scales factors, as many as their granularity needs for this shape
   * @throws InvalidCodeException if a code stands for no trit
   * @throws IllegalArgumentException if a size does not fit
   */
  public TernaryMatrix(int rows, int cols, Packing packing, MemorySegment codes, Scales scales) {
    this(codes.asReadOnly(), rows, cols, packing, scales);
    packing.check(this.codes, rows, cols, Shape.of(rows, cols));
  }

  /** What was packed; no row may be packed afterwards. */
  TernaryMatrix(PackedRows packed, Scales scales) {
    this(
        MemorySegment.ofArray(packed.codes()).asReadOnly(),
        packed.rows(),
        packed.cols(),
        packed.packing(),
        scales);
  }

  /** Codes that are known to be valid: they come from a matrix, or were packed here. */
  private TernaryMatrix(MemorySegment codes, int rows, int cols, Packing packing, Scales scales) {
    Objects.requireNonNull(packing, "packing");
    if (rows < 0 || cols < 0) {
      throw new IllegalArgumentException("shape " + shape(rows, cols) + " is negative");
    }
    long expected = Math.multiplyExact((long) rows, packing.rowBytes(cols));
    if (codes.byteSize() != expected) {
      throw new IllegalArgumentException(
          shape(rows, cols)
              + " packed "
              + packing.id()
              + " needs "
              + expected
              + " bytes, got "
              + codes.byteSize());
    }
    long scaleCount = scales.granularity().count(rows, cols);
    if (scales.count() != scaleCount) {
      throw new IllegalArgumentException(
          shape(rows, cols)
              + " scaled per "
              + scales.granularity()
              + " needs "
              + scaleCount
              + " scales, got "
              + scales.count());
    }
    this.rows = rows;
    this.cols = cols;
    this.packing = packing;
    this.codes = codes;
    this.scales = scales;
  }

  /**
   * Packs trits into new heap memory.
   *
   * @param trits row-major {@code [rows, cols]}, each -1, 0 or +1
   * @throws IllegalArgumentException if the count does not fit or a value is no trit
   */
  public static TernaryMatrix pack(
      int rows, int cols, byte[] trits, Packing packing, Scales scales) {
    if (trits.length != (long) rows * cols) {
      throw new IllegalArgumentException(
          shape(rows, cols) + " needs " + (long) rows * cols + " trits, got " + trits.length);
    }
    var packed = new PackedRows(rows, cols, packing);
    for (int row = 0; row < rows; row++) {
      packed.row(row, trits, row * cols);
    }
    return new TernaryMatrix(packed, scales);
  }

  /** Packs trits two bits each with scale 1. */
  public static TernaryMatrix pack(int rows, int cols, byte[] trits) {
    return pack(rows, cols, trits, Packing.twoBit(), Scales.perTensor(1));
  }

  /** Output features. */
  public int rows() {
    return rows;
  }

  /** Input features. */
  public int cols() {
    return cols;
  }

  /** How a row is packed. */
  public Packing packing() {
    return packing;
  }

  /** The packed rows, read-only; whoever made the matrix owns the memory. */
  public MemorySegment codes() {
    if (!codes.scope().isAlive()) {
      throw MemoryOwners.explain(
          codes,
          "the ternary matrix " + shape(rows, cols),
          new IllegalStateException("Already closed"));
    }
    return codes;
  }

  /** The factors of the trits. */
  public Scales scales() {
    return scales;
  }

  /** Bytes in one packed row. */
  public long rowBytes() {
    return packing.rowBytes(cols);
  }

  /** Unpacks one row into {@code trits}, which holds at least {@code cols} values. */
  public void unpackRow(int row, byte[] trits) {
    Objects.checkIndex(row, rows);
    packing.unpackRow(codes(), row * rowBytes(), cols, trits, 0);
  }

  /** Calls {@code visitor} with each row, in order; with none where the matrix has no trits. */
  public void forEachRow(RowVisitor visitor) {
    if (rows == 0 || cols == 0) {
      return; // There may be 2^31 rows of nothing, or none of as many columns.
    }
    byte[] trits = new byte[cols];
    for (int row = 0; row < rows; row++) {
      unpackRow(row, trits);
      visitor.visit(row, trits);
    }
  }

  /** Takes one row of trits. */
  @FunctionalInterface
  public interface RowVisitor {
    /**
     * Takes a row.
     *
     * @param row its number
     * @param trits its trits, one for each column; the next row overwrites them
     */
    void visit(int row, byte[] trits);
  }

  /**
   * All trits, row-major.
   *
   * @throws IllegalArgumentException if there are more than an array holds
   */
  public byte[] trits() {
    byte[] trits = new byte[elements()];
    for (int row = 0; row < rows && cols > 0; row++) {
      packing.unpackRow(codes(), row * rowBytes(), cols, trits, row * cols);
    }
    return trits;
  }

  /**
   * The same trits with other scales; shares the codes.
   *
   * @throws IllegalArgumentException if their number does not fit
   */
  public TernaryMatrix withScales(Scales other) {
    return new TernaryMatrix(codes, rows, cols, packing, other);
  }

  /** The same weights in another packing; this matrix itself where it is packed so already. */
  public TernaryMatrix repack(Packing to) {
    if (to.equals(packing)) {
      return this;
    }
    var packed = new PackedRows(rows, cols, to);
    forEachRow((row, trits) -> packed.row(row, trits, 0));
    return new TernaryMatrix(packed, scales);
  }

  /** Rows {@code [from, to)}, sharing the codes of this matrix. */
  public TernaryMatrix rows(int from, int to) {
    Objects.checkFromToIndex(from, to, rows);
    int count = to - from;
    Scales part =
        switch (scales.granularity()) {
          case Granularity.PerTensor() -> scales;
          case Granularity.PerRow() -> slice(from, to);
          case Granularity.PerGroup _ -> {
            int groups = scales.granularity().groupsPerRow(cols);
            yield slice(from * groups, to * groups);
          }
        };
    return new TernaryMatrix(
        codes().asSlice(from * rowBytes(), count * rowBytes()), count, cols, packing, part);
  }

  private Scales slice(int from, int to) {
    return Scales.of(scales.granularity(), Arrays.copyOfRange(scales.toArray(), from, to));
  }

  /** The weights as floats, row-major: {@code trit * scale}. */
  public float[] toFloatArray() {
    float[] weights = new float[elements()];
    forEachRow((row, trits) -> {
      for (int c = 0; c < cols; c++) {
        // A product would make -0 of a zero trit and a negative scale.
        weights[row * cols + c] = trits[c] == 0 ? 0 : trits[c] * scales.at(row, c, cols);
      }
    });
    return weights;
  }

  /** How many trits there are, as the length of an array. */
  private int elements() {
    long elements = (long) rows * cols;
    if (elements > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          shape(rows, cols) + " has more weights than an array holds");
    }
    return (int) elements;
  }

  /** Counts the trits of each value. */
  public TritCounts counts() {
    long negatives = 0;
    long positives = 0;
    byte[] row = new byte[rows == 0 ? 0 : cols];
    for (int r = 0; r < rows && cols > 0; r++) {
      unpackRow(r, row);
      for (int c = 0; c < cols; c++) {
        negatives += row[c] < 0 ? 1 : 0;
        positives += row[c] > 0 ? 1 : 0;
      }
    }
    return new TritCounts(negatives, (long) rows * cols - negatives - positives, positives);
  }

  /** Bytes of the packed trits and the scales as float32. */
  public long packedBytes() {
    return codes.byteSize() + 4L * scales.count();
  }

  /** Whether the other matrix has the same shape, trits and scales, packed in the same way. */
  @Override
  public boolean equals(Object other) {
    return other instanceof TernaryMatrix m
        && rows == m.rows
        && cols == m.cols
        && packing.equals(m.packing)
        && scales.equals(m.scales)
        && codes().mismatch(m.codes()) == -1;
  }

  @Override
  public int hashCode() {
    return Objects.hash(rows, cols, packing, scales);
  }

  @Override
  public String toString() {
    return "ternary " + shape(rows, cols) + " " + packing.id() + ", " + scales;
  }

  private static String shape(int rows, int cols) {
    return "[" + rows + ", " + cols + "]";
  }
}
