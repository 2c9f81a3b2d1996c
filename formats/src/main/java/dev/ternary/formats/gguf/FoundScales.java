package dev.ternary.formats.gguf;

import dev.ternary.packed.Granularity;
import dev.ternary.packed.Scales;

/**
 * The scales of groups as a file has them, and the fewest that say the same: one for the tensor,
 * one a row, or as they are. What all trits of a group are zeros with is no matter.
 */
final class FoundScales {

  private final int cols;
  private final int groupCols;
  private final int groups;
  private final float[] values;
  private final boolean[] known;
  private int count;

  FoundScales(int rows, int cols, int groupCols) {
    this.cols = cols;
    this.groupCols = groupCols;
    groups = Math.ceilDiv(cols, groupCols);
    values = new float[Math.multiplyExact(rows, groups)];
    known = new boolean[values.length];
  }

  /** The next row. */
  void add(byte[] trits, float[] scales) {
    for (int g = 0; g < groups; g++, count++) {
      int from = g * groupCols;
      int to = Math.min(from + groupCols, cols);
      boolean any = false;
      for (int i = from; i < to; i++) {
        any |= trits[i] != 0;
      }
      values[count] = scales[g];
      known[count] = any;
    }
  }

  Scales scales() {
    float[] rows = new float[values.length / groups];
    boolean[] rowKnown = new boolean[rows.length];
    if (!merge(values, known, groups, rows, rowKnown)) {
      return Scales.of(groups == 1 ? Granularity.row() : Granularity.group(groupCols), values);
    }
    float[] tensor = new float[1];
    if (rows.length > 0 && merge(rows, rowKnown, rows.length, tensor, new boolean[1])) {
      return Scales.perTensor(tensor[0]);
    }
    return Scales.perRow(rows);
  }

  /** One scale for each {@code size} scales, where all that matter are the same. */
  private static boolean merge(
      float[] from, boolean[] fromKnown, int size, float[] to, boolean[] toKnown) {
    for (int i = 0; i < from.length; i++) {
      int t = i / size;
      if (fromKnown[i] && toKnown[t] && from[i] != to[t]) {
        return false;
      }
      if (fromKnown[i]) {
        to[t] = from[i];
        toKnown[t] = true;
      }
    }
    return true;
  }
}
