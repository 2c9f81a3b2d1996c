package dev.ternary.kernels.x86;

import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Reads rows in {@link WeightCode#FIVE_TRITS}. */
final class FiveTritRows implements TileRows {

  private final TernaryMatrix w;
  private final PanelLayout layout;
  private final FiveTritPacking packing;
  private final MemorySegment parameters;

  /** The rows of a tile as the matrix packs them, each filled up with zero trits. */
  private final MemorySegment source;

  FiveTritRows(TernaryMatrix w, PanelLayout layout, Arena arena) {
    this.w = w;
    this.layout = layout;
    packing = FiveTritPacking.of(w.packing());
    parameters = arena.allocate(Parameters.BYTES, PanelLayout.BLOCK_BYTES);
    Parameters.BLOCKS.set(parameters, layout.blocks());
    source =
        arena.allocate(
            PanelLayout.TILE_ROWS * rowBytes() + FiveTritPacking.BYTES_BEHIND,
            PanelLayout.BLOCK_BYTES);
    source.fill(packing.zeros());
  }

  private long rowBytes() {
    return (long) layout.blocks() * packing.blockBytes();
  }

  @Override
  public void read(int tile, MemorySegment words) {
    int first = tile * PanelLayout.TILE_ROWS;
    int count = Math.min(PanelLayout.TILE_ROWS, layout.rows() - first);
    if (w.rowBytes() == rowBytes()) {
      MemorySegment.copy(w.codes(), first * rowBytes(), source, 0, count * rowBytes());
    } else {
      // The zero trits behind each row stay.
      for (int lane = 0; lane < count; lane++) {
        long at = (first + lane) * w.rowBytes();
        MemorySegment.copy(w.codes(), at, source, lane * rowBytes(), w.rowBytes());
      }
    }
    packing.run(parameters, source, words);
  }
}
