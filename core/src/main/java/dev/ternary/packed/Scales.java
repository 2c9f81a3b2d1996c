package dev.ternary.packed;

import java.util.Arrays;

/**
 * The factors that turn trits into weights: {@code weight = trit * scale}. Immutable.
 *
 * <p>Scales are always multiplied; a file that stores the inverse is converted where it is read.
 */
public final class Scales {

  private final Granularity granularity;
  private final float[] values;

  private Scales(Granularity granularity, float[] values) {
    this.granularity = granularity;
    this.values = values;
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException("scale " + values[i] + " at index " + i);
      }
    }
  }

  /** One scale for a whole matrix. */
  public static Scales perTensor(float scale) {
    return new Scales(Granularity.tensor(), new float[] {scale});
  }

  /** One scale for each row. */
  public static Scales perRow(float... scales) {
    return new Scales(Granularity.row(), scales.clone());
  }

  /**
   * One scale for each value, row-major {@code [rows, groupsPerRow]} where there are groups. A
   * {@link TernaryMatrix} checks that the count fits it.
   */
  public static Scales of(Granularity granularity, float... values) {
    return new Scales(granularity, values.clone());
  }

  /** Which weights share a scale. */
  public Granularity granularity() {
    return granularity;
  }

  /** Number of scales. */
  public int count() {
    return values.length;
  }

  /** The scale at {@code index}, row-major. */
  public float value(int index) {
    return values[index];
  }

  /** The scale of one weight of a matrix with {@code cols} columns. */
  public float at(int row, int col, int cols) {
    return switch (granularity) {
      case Granularity.PerTensor() -> values[0];
      case Granularity.PerRow() -> values[row];
      case Granularity.PerGroup(int groupCols) ->
          values[row * granularity.groupsPerRow(cols) + col / groupCols];
    };
  }

  /** A copy of the scales, row-major. */
  public float[] toArray() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Scales scales
        && granularity.equals(scales.granularity)
        && Arrays.equals(values, scales.values);
  }

  @Override
  public int hashCode() {
    return 31 * granularity.hashCode() + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return values.length == 1 ? "scale " + values[0] : values.length + " scales a " + granularity;
  }
}
