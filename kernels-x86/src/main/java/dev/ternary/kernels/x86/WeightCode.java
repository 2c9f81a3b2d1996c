package dev.ternary.kernels.x86;

/** How the 4 bytes that a row has in a block of a {@link PanelLayout} hold its trits. */
enum WeightCode {
  /**
   * Four trits a byte, as in the 2-bit packing: byte {@code i} holds the columns {@code 4 i} to
   * {@code 4 i + 3}.
   */
  TWO_BIT("2bit", 16),

  /**
   * Five trits a byte: byte {@code i} holds the columns {@code 5 i} to {@code 5 i + 4}. With {@code
   * r} for the first four, from 0 to 80 as in base 3, and {@code t} for the fifth, the byte is
   * {@code 64 t + r} where {@code r < 64} and {@code 3 r + t} else, which is 192 or more. So two
   * tables of 64 decode it, and those are what {@code vpermb} looks up, by the low 6 bits of a
   * byte. Only for matrices with one group of columns.
   */
  FIVE_TRITS("1.6bit", 20);

  private final String id;
  private final int blockCols;

  WeightCode(String id, int blockCols) {
    this.id = id;
    this.blockCols = blockCols;
  }

  /** The name that users see: the bits that a weight takes. */
  String id() {
    return id;
  }

  /** Columns in a block. */
  int blockCols() {
    return blockCols;
  }

  /** Columns in each of the 4 bytes of a row. */
  int byteCols() {
    return blockCols / PanelLayout.ROW_BYTES;
  }
}
