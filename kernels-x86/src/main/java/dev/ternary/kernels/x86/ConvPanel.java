package dev.ternary.kernels.x86;

import java.util.ArrayList;
import java.util.List;

/**
 * Output channels that are computed together.
 *
 * @param group of the convolution
 * @param tile the first of its {@link PanelLayout#TILE_ROWS} output channels, all groups counted
 *     through
 * @param first output channel
 * @param channels how many
 * @param vectors vectors that hold them
 */
record ConvPanel(int group, int tile, int first, int channels, int vectors) {

  /** Vectors of a whole panel. */
  static final int VECTORS = 2;

  /** The panels of all groups, of so many output channels each. */
  static List<ConvPanel> of(int groups, int rows, int vectorBytes) {
    int lanes = vectorBytes / Float.BYTES;
    int tiles = Math.ceilDiv(rows, PanelLayout.TILE_ROWS);
    var panels = new ArrayList<ConvPanel>();
    for (int group = 0; group < groups; group++) {
      for (int row = 0; row < rows; row += VECTORS * lanes) {
        int channels = Math.min(VECTORS * lanes, rows - row);
        panels.add(
            new ConvPanel(
                group,
                group * tiles + row / PanelLayout.TILE_ROWS,
                group * rows + row,
                channels,
                Math.ceilDiv(channels, lanes)));
      }
    }
    return List.copyOf(panels);
  }

  /** Output channels in the last vector. */
  int lastLanes(int vectorBytes) {
    return channels - (vectors - 1) * vectorBytes / Float.BYTES;
  }
}
