package dev.ternary.packed;

import java.util.Objects;

/** The codes of rows of trits in new heap memory; rows that are left out are zeros. */
final class PackedRows {

  private final int rows;
  private final int cols;
  private final Packing packing;
  private final int rowBytes;
  private final byte[] codes;

  /**
   * Rows of zeros.
   *
   * @throws ArithmeticException if the codes are more than an array holds
   */
  PackedRows(int rows, int cols, Packing packing) {
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

  int rows() {
    return rows;
  }

  int cols() {
    return cols;
  }

  Packing packing() {
    return packing;
  }

  /** The codes, which later rows still change. */
  byte[] codes() {
    return codes;
  }

  /** Packs a row, whose trits start at {@code from}. */
  void row(int row, byte[] trits, int from) {
    Objects.checkIndex(row, rows);
    Objects.checkFromIndexSize(from, cols, trits.length);
    packing.packRow(trits, from, cols, codes, row * rowBytes);
  }
}
