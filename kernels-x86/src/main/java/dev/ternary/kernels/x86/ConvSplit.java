package dev.ternary.kernels.x86;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a row of the output: blocks of as many positions each.
 *
 * @param first the first position
 * @param tokens positions of a block
 * @param blocks how many
 */
record ConvSplit(int first, int tokens, int blocks) {

  /**
   * A row in blocks of at most so many positions: all alike if that costs little, else two kinds.
   */
  static List<ConvSplit> of(int width, int maxTokens) {
    for (int tokens = Math.min(width, maxTokens); 5 * tokens >= 3 * maxTokens; tokens--) {
      if (width % tokens == 0) {
        return List.of(new ConvSplit(0, tokens, width / tokens));
      }
    }
    int blocks = Math.ceilDiv(width, maxTokens);
    int tokens = Math.ceilDiv(width, blocks);
    int larger = width - blocks * (tokens - 1);
    var parts = new ArrayList<ConvSplit>();
    parts.add(new ConvSplit(0, tokens, larger));
    if (larger < blocks) {
      parts.add(new ConvSplit(larger * tokens, tokens - 1, blocks - larger));
    }
    return List.copyOf(parts);
  }
}
