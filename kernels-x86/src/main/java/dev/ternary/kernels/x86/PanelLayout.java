package dev.ternary.kernels.x86;

import dev.ternary.packed.Granularity;
import dev.ternary.packed.TernaryMatrix;

/**
 * Where the weights of a matrix lie in the memory of this tier.
 *
 * <p>16 rows are a tile, {@code panelTiles} tiles a panel, 16 columns a block, or 20 with five
 * trits a byte ({@link WeightCode}). A panel stores, block after block, 64 bytes for each of its
 * tiles: 4 bytes for each of the 16 rows. With two bits a trit they are the same 4 bytes that the
 * row has in the 2-bit packing. So byte {@code i} of a row's 4 holds the columns {@code 4 i} to
 * {@code 4 i + 3} of its block, and the 2-bit field {@code f} of those 4 bytes the columns {@code
 * f, 4 + f, 8 + f, 12 + f}; of five trits, the trits {@code f} are the columns {@code f, 5 + f, 10
 * + f, 15 + f}. Activations are shuffled to that order, once a token.
 *
 * <p>Each group of columns with a scale of its own starts a new block. The last panel has as many
 * tiles as are left. After the weights come the scales: for each panel and group 16 floats a tile;
 * and after them, where there is an epilogue, the biases of all rows.
 *
 * @param code how trits are coded
 * @param rows rows of the matrix
 * @param cols columns of the matrix
 * @param groups groups of columns that have their own scales
 * @param groupCols columns in each but the last
 * @param groupBlocks blocks in each
 * @param panelTiles tiles in each panel but the last
 */
record PanelLayout(
    WeightCode code,
    int rows,
    int cols,
    int groups,
    int groupCols,
    int groupBlocks,
    int panelTiles) {

  static final int TILE_ROWS = 16;
  static final int BLOCK_BYTES = 64;

  /** Bytes that a row has in a block. */
  static final int ROW_BYTES = 4;

  /** Lays out a matrix; a single group is padded to a multiple of {@code alignBlocks} blocks. */
  static PanelLayout of(TernaryMatrix w, WeightCode code, int panelTiles, int alignBlocks) {
    int cols = w.cols();
    int groupCols =
        switch (w.scales().granularity()) {
          case Granularity.PerTensor() -> cols;
          case Granularity.PerRow() -> cols;
          case Granularity.PerGroup(int g) -> Math.min(g, cols);
        };
    int groups = groupCols == 0 ? 1 : Math.ceilDiv(cols, groupCols);
    int blocks = Math.ceilDiv(groupCols, code.blockCols());
    if (groups == 1) {
      blocks = Math.ceilDiv(blocks, alignBlocks) * alignBlocks;
    }
    return new PanelLayout(code, w.rows(), cols, groups, groupCols, blocks, panelTiles);
  }

  int panelRows() {
    return panelTiles * TILE_ROWS;
  }

  int panels() {
    return Math.ceilDiv(rows, panelRows());
  }

  int tiles() {
    return Math.ceilDiv(rows, TILE_ROWS);
  }

  /** Tiles of one panel. */
  int tilesOf(int panel) {
    return Math.min(panelTiles, tiles() - panel * panelTiles);
  }

  /** Blocks in all groups of a row. */
  int blocks() {
    return Math.multiplyExact(groups, groupBlocks);
  }

  /** Columns with their padding. */
  int paddedCols() {
    return Math.multiplyExact(blocks(), code.blockCols());
  }

  long weightBytes() {
    return Math.multiplyExact((long) tiles() * BLOCK_BYTES, (long) blocks());
  }

  /** Bytes of the weights of a whole panel. */
  long panelBytes() {
    return (long) panelTiles * BLOCK_BYTES * blocks();
  }

  /** Offset of a panel's weights. */
  long weightsAt(int panel) {
    return panel * panelBytes();
  }

  /** Offset of a panel's scales. */
  long scalesAt(int panel) {
    return weightBytes() + (long) panel * panelRows() * Float.BYTES * groups;
  }

  /** Bytes of weights and scales. */
  long bytes() {
    return weightBytes() + Math.multiplyExact((long) tiles() * TILE_ROWS * Float.BYTES, groups);
  }

  /** Offset of a panel's biases. */
  long biasAt(int panel) {
    return bytes() + (long) panel * panelRows() * Float.BYTES;
  }

  /** Bytes of the biases. */
  long biasBytes() {
    return (long) tiles() * TILE_ROWS * Float.BYTES;
  }
}
