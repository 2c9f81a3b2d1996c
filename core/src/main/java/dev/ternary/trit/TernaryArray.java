package dev.ternary.trit;

import dev.ternary.packed.Packing;
import dev.ternary.packed.TritCounts;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * An immutable, row-major array of trits of any rank, two bits a trit in memory: what NumPy's
 * {@code ndarray} is for numbers. Rank 0 is a single trit, and a dimension of 0 makes an empty
 * array.
 *
 * <p>Operations return new arrays and leave their operands alone; arrays share memory where they
 * can, so {@link #not} and {@link #reshape} copy nothing. Safe to share between threads. A {@link
 * TernaryArrayBuilder} is the writable form.
 *
 * <p>Negative axes and positions count from the end. What does not fit is refused with an {@link
 * IllegalArgumentException} that has the shapes.
 */
public final class TernaryArray
    implements TritLogic,
        TritComparisons,
        TritShaping,
        TritSelection,
        TritReductions,
        TritLinearAlgebra,
        TritSorting,
        Iterable<TernaryArray> {

  private final Shape shape;
  private final BitPlane positive;
  private final BitPlane negative;

  TernaryArray(Shape shape, BitPlane positive, BitPlane negative) {
    this.shape = shape;
    this.positive = positive;
    this.negative = negative;
  }

  /** An array of one dimension of the given trits. */
  public static TernaryArray of(int... trits) {
    return of(Shape.of(trits.length), trits);
  }

  /** An array of the given trits, row-major. */
  public static TernaryArray of(Shape shape, int... trits) {
    return of(shape, Conversion.narrow(trits, false));
  }

  /** An array of the given trits, row-major. */
  public static TernaryArray of(Shape shape, byte... trits) {
    return Conversion.fromBytes(shape, MemorySegment.ofArray(trits), false);
  }

  /** An array of two dimensions; the rows have equal lengths. */
  public static TernaryArray of(int[][] rows) {
    return Creation.ofRows(rows);
  }

  /** An array of the integers of a tensor, which are -1, 0 and 1. */
  public static TernaryArray of(Tensor integers) {
    return Conversion.fromIntegers(integers);
  }

  /** An array of one dimension of the given codes 0, 1 and 2, which stand for -1, 0 and +1. */
  public static TernaryArray ofCodes(int... codes) {
    return ofCodes(Shape.of(codes.length), Conversion.narrow(codes, true));
  }

  /** An array of the given codes 0, 1 and 2, which stand for -1, 0 and +1, row-major. */
  public static TernaryArray ofCodes(Shape shape, byte... codes) {
    return Conversion.fromBytes(shape, MemorySegment.ofArray(codes), true);
  }

  /** An array of the codes in a U8 or I8 tensor. */
  public static TernaryArray ofCodes(Tensor codes) {
    if (codes.dtype() != DType.U8 && codes.dtype() != DType.I8) {
      throw new IllegalArgumentException("codes are U8 or I8, got " + codes);
    }
    return Conversion.fromBytes(codes.shape(), codes.data(), true);
  }

  /**
   * +1 for values above the threshold, -1 for those below its negative, else 0; no NaN. Values are
   * compared as doubles, whatever their type: {@code 0.1f} is above 0.1. NumPy 2 rounds a Python
   * number to the type of the array first.
   */
  public static TernaryArray ofFloats(double threshold, Tensor values) {
    return Conversion.fromFloats(values, threshold);
  }

  /** As {@link #ofFloats(double, Tensor)}, of one dimension. */
  public static TernaryArray ofFloats(double threshold, float... values) {
    return ofFloats(threshold, Tensor.of(Shape.of(values.length), values));
  }

  /** An array of one dimension from text: {@code +}, {@code 0}, {@code -} or 1, 0, T. */
  public static TernaryArray parse(String trits) {
    return Creation.parse(trits);
  }

  /** A copy of packed trits: all of the array as one row of the packing. */
  public static TernaryArray ofPacked(Shape shape, Packing packing, MemorySegment packed) {
    return Creation.ofPacked(shape, packing, packed);
  }

  /**
   * A view of 2-bit codes, four a byte, such as a mapped file; only results are on the heap. All
   * codes are checked now. The array lives no longer than the memory, which nobody may change.
   */
  public static TernaryArray viewOf2Bit(Shape shape, MemorySegment packed) {
    return Creation.viewOf2Bit(shape, packed);
  }

  /** An array of 0. */
  public static TernaryArray zeros(long... dims) {
    return full(0, dims);
  }

  /** An array of +1. */
  public static TernaryArray ones(long... dims) {
    return full(1, dims);
  }

  /** An array of one trit everywhere; takes next to no memory. */
  public static TernaryArray full(int trit, long... dims) {
    return Creation.full(Shape.of(dims), trit);
  }

  /** Independent trits, each value with probability 1/3; the same seed gives the same array. */
  public static TernaryArray random(long seed, long... dims) {
    return Creation.random(Shape.of(dims), new java.util.SplittableRandom(seed));
  }

  /** Independent trits, each value with probability 1/3. */
  public static TernaryArray random(Shape shape, RandomGenerator random) {
    return Creation.random(shape, random);
  }

  /** The dimensions. */
  public Shape shape() {
    return shape;
  }

  /** Number of dimensions. */
  public int rank() {
    return shape.rank();
  }

  /** Number of trits. */
  public long size() {
    return shape.elements();
  }

  BitPlane positive() {
    return positive;
  }

  BitPlane negative() {
    return negative;
  }

  /** The trit at an index, one number a dimension. */
  public int get(long... index) {
    return trit(Indexing.flat(shape, index));
  }

  /** The trit at a row-major position, from 0. */
  int trit(long flat) {
    long word = flat >>> 6;
    return (int) (positive.word(word) >>> flat & 1) - (int) (negative.word(word) >>> flat & 1);
  }

  /** The trits, row-major. */
  public IntStream trits() {
    return LongStream.range(0, size()).mapToInt(this::trit);
  }

  /** The parts along the outermost axis. */
  @Override
  public Iterator<TernaryArray> iterator() {
    if (rank() == 0) {
      throw new IllegalArgumentException("an array of rank 0 has no axis to iterate along");
    }
    return LongStream.range(0, shape.dim(0)).mapToObj(i -> slice(Index.at(i))).iterator();
  }

  /** How many trits have each value. */
  public TritCounts counts() {
    long negatives = negative.count();
    long positives = positive.count();
    return new TritCounts(negatives, size() - negatives - positives, positives);
  }

  /** The trits as bytes -1, 0, 1, row-major. */
  public byte[] toByteArray() {
    byte[] values = new byte[Conversion.arrayLength(shape)];
    Conversion.toBytes(this, 0, values, 0, values.length, 0);
    return values;
  }

  /** The trits as codes 0, 1, 2, row-major. */
  public byte[] toCodes() {
    byte[] codes = new byte[Conversion.arrayLength(shape)];
    Conversion.toBytes(this, 0, codes, 0, codes.length, 1);
    return codes;
  }

  /** Copies trits {@code [from, from + into.length)}, row-major, as bytes -1, 0, 1. */
  public void copyTo(long from, byte[] into) {
    Objects.checkFromIndexSize(from, into.length, size());
    Conversion.toBytes(this, from, into, 0, into.length, 0);
  }

  /** The trits as integers, row-major. */
  public int[] toIntArray() {
    int[] values = new int[Conversion.arrayLength(shape)];
    java.util.Arrays.setAll(values, this::trit);
    return values;
  }

  /** The trits as an I8 tensor. */
  public Tensor toTensor() {
    return new Tensor(DType.I8, shape, MemorySegment.ofArray(toByteArray()));
  }

  /** The trits packed as one row. */
  public byte[] toPacked(Packing packing) {
    return Creation.toPacked(this, packing);
  }

  /** The trits as text, {@code +}, {@code 0} and {@code -}, row-major without shape. */
  public String toTritString() {
    return Creation.toTritString(this);
  }

  /** Bytes that the trits take in memory, as far as they are not shared. */
  public long packedBytes() {
    return 2 * 8 * Math.ceilDiv(size(), 64L);
  }

  /** Whether the other array has the same shape and trits. */
  @Override
  public boolean equals(Object other) {
    return other instanceof TernaryArray array
        && shape.equals(array.shape)
        && positive.sameBits(array.positive)
        && negative.sameBits(array.negative);
  }

  @Override
  public int hashCode() {
    return Objects.hash(shape, positive.hash(), negative.hash());
  }

  /** The trits as NumPy prints an array of {@code int8}, elided above 1000. */
  @Override
  public String toString() {
    return Printing.text(shape, i -> Integer.toString(trit(i)));
  }
}
