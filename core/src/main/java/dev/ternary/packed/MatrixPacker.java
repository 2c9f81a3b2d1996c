package dev.ternary.packed;

/**
 * Makes a {@link TernaryMatrix} row by row in new heap memory. Each row is looked at once, when it
 * is packed; rows that are left out are zeros. Different rows may come from different threads, if
 * all are done before {@link #matrix} is called.
 */
public final class MatrixPacker {

  private final PackedRows packed;
  private volatile boolean done;

  /**
   * A matrix of zeros.
   *
   * @throws ArithmeticException if its codes are more than an array holds
   */
  public MatrixPacker(int rows, int cols, Packing packing) {
    packed = new PackedRows(rows, cols, packing);
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
    if (done) {
      throw new IllegalStateException("the matrix was made already");
    }
    packed.row(row, trits, from);
  }

  /**
   * The matrix; then no more rows can be packed.
   *
   * @throws IllegalArgumentException if there are not as many scales as the shape needs
   */
  public TernaryMatrix matrix(Scales scales) {
    done = true;
    return new TernaryMatrix(packed, scales);
  }
}
