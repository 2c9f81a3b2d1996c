package dev.ternary.packed;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Makes a {@link TernaryMatrix} row by row in new heap memory. Each row is looked at once, when it
 * is packed; rows that are left out are zeros. Different rows may come from different threads, if
 * all are done before {@link #matrix} is called.
 */
public final class MatrixPacker {

  private final int rows;
  private final int cols;
  private final Packing packing;
  private final int rowBytes;
  private final byte[] codes;
  private volatile boolean done;

  /**
   * A matrix of zeros.
   *
   * @throws ArithmeticException if its codes are more than an array holds
   */
  public MatrixPacker(int rows, int cols, Packing packing) {
    this.rows = rows;
    this.cols = cols;
    this.packing = packing;
    this.rowBytes = Math.toIntExact(packing.rowBytes(cols));
    this.codes = new byte[Math.multiplyExact(rows, rowBytes)];
    if (rows > 0) {
      packing.packRow(new byte[cols], 0, cols, codes, 0);
      int filled = rowBytes;
      while (filled < codes.length) {
        int more = Math.min(filled, codes.length - filled);
        System.arraycopy(codes, 0, codes, filled, more);
        filled += more;
      }
    }
  }

  /**
   * Packs a row.
   *
   * @param row its number
   * @param trits holds the row's trits, each -1, 0 or +1
   * @param from index of the first
   * @throws IllegalArgumentException if a value is no trit; the message gives value and index
   */
  public void row(int row, byte[] trits, int from) {
    Objects.checkIndex(row, rows);
    Objects.checkFromIndexSize(from, cols, trits.length);
    if (done) {
      throw new IllegalStateException("the matrix was made already");
    }
    packing.packRow(trits, from, cols, codes, row * rowBytes);
  }

  /**
   * The matrix; then no more rows can be packed.
   *
   * @throws IllegalArgumentException if there are not as many scales as the shape needs
   */
  public TernaryMatrix matrix(Scales scales) {
    done = true;
    return new TernaryMatrix(
        MemorySegment.ofArray(codes).asReadOnly(), rows, cols, packing, scales);
  }
}
