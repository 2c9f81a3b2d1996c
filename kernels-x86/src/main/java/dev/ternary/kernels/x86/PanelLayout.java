package dev.ternary.kernels.x86;

import dev.ternary.packed.Granularity;

/**
 * Where the weights of a matrix lie in the memory of this tier.
 *
 * <p>16 rows are a tile, {@code panelTiles} tiles a panel, 16 columns a block. A panel stores,
 * block after block, 64 bytes for each of its tiles: 4 bytes for each of the 16 rows, which are the
 * same 4 bytes that the row has in the 2-bit packing. So byte {@code i} of a row's 4 holds the
 * columns {@code 4 i} to {@code 4 i + 3} of its block, and the 2-bit field {@code f} of those 4
 * bytes the columns {@code f, 4 + f, 8 + f, 12 + f}. Activations are shuffled to that order, once a
 * token.
 *
 * <p>Each group of columns with a scale of its own starts a new block. The last panel has as many
 * tiles as are left. After the weights come the scales: for each panel and group 16 floats a tile;
 * and after them, where there is an epilogue, the biases of all rows.
 *
 * @param rows rows of the matrix
 * @param cols columns of the matrix
 * @param groups groups of columns that have their own scales
 * @param groupCols columns in each but the last
 * @param groupBlocks blocks in each
 * @param panelTiles tiles in each panel but the last
 */
record PanelLayout(int rows, int cols, int groups, int groupCols, int groupBlocks, int panelTiles) {

  static final int TILE_ROWS = 16;
  static final int BLOCK_COLS = 16;
  static final int BLOCK_BYTES = 64;

  /** Lays out a matrix; a single group is padded to a multiple of {@code alignBlocks} blocks. */
  static PanelLayout of(
      int rows, int cols, Granularity granularity, int panelTiles, int alignBlocks) {
    int groupCols =
        switch (granularity) {
          case Granularity.PerTensor() -> cols;
          case Granularity.PerRow() -> cols;
          case Granularity.PerGroup(int g) -> Math.min(g, cols);
        };
    int groups = groupCols == 0 ? 1 : Math.ceilDiv(cols, groupCols);
    int blocks = Math.ceilDiv(groupCols, BLOCK_COLS);
    if (groups == 1) {
      blocks = Math.ceilDiv(blocks, alignBlocks) * alignBlocks;
    }
    return new PanelLayout(rows, cols, groups, groupCols, blocks, panelTiles);
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
    return Math.multiplyExact(blocks(), BLOCK_COLS);
  }

  long weightBytes() {
    return Math.multiplyExact((long) tiles() * BLOCK_BYTES, (long) blocks());
  }

  /** Offset of a panel's weights. */
  long weightsAt(int panel) {
    return (long) panel * panelTiles * BLOCK_BYTES * blocks();
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
