package dev.ternary.kernels.x86;

import java.lang.foreign.MemorySegment;

/** Reads the rows of a matrix in the code of a {@link PanelLayout}. */
interface TileRows {

  /**
   * Writes the 32-bit words of a tile's rows to {@code words}, one row after another. What rows
   * beyond the last of the matrix get is not said.
   */
  void read(int tile, MemorySegment words);
}
