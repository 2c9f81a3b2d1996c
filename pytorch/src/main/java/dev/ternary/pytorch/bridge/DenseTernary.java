package dev.ternary.pytorch.bridge;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Activations;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Float32 matrices whose values are ternary: from and to packed ones.
 *
 * @param granularity which weights are 0 or plus or minus one scale
 */
record DenseTernary(int rows, int cols, Granularity granularity) implements PackedCache.Form {

  /**
   * Packs a matrix.
   *
   * @throws IllegalArgumentException if it is not ternary; the message gives the weight
   */
  @Override
  public PackedBytes read(MemorySegment values) {
    return new PackedBytes(pack(values), Activations.FLOAT32);
  }

  private TernaryMatrix pack(MemorySegment values) {
    float[] scales = new float[Math.toIntExact(granularity.count(rows, cols))];
    int perRow = granularity.groupsPerRow(cols);
    int width = granularity instanceof Granularity.PerGroup(int groupCols) ? groupCols : cols;
    boolean tensor = granularity instanceof Granularity.PerTensor;
    byte[] trits = new byte[Math.multiplyExact(rows, cols)];
    float[] row = new float[cols];
    for (int r = 0; r < rows; r++) {
      MemorySegment.copy(values, JAVA_FLOAT_UNALIGNED, 4L * r * cols, row, 0, cols);
      for (int group = 0; group < perRow; group++) {
        int index = tensor ? 0 : r * perRow + group;
        int from = group * width;
        int to = Math.min(cols, from + width);
        float scale = scales[index];
        for (int c = from; c < to; c++) {
          float w = row[c];
          float size = Math.abs(w);
          scale = scale == 0 ? size : scale;
          if (size != scale && size != 0) {
            throw new IllegalArgumentException(
                "q ["
                    + rows
                    + ", "
                    + cols
                    + "] is not ternary: "
                    + w
                    + " at row "
                    + r
                    + ", column "
                    + c
                    + ", where the scale is "
                    + scale);
          }
          trits[r * cols + c] = (byte) Math.signum(w);
        }
        scales[index] = scale;
      }
    }
    return TernaryMatrix.pack(rows, cols, trits, Packing.twoBit(), Scales.of(granularity, scales));
  }

  /** Writes {@code trit * scale} to {@code values}. */
  static void unpack(TernaryMatrix matrix, MemorySegment values) {
    int cols = matrix.cols();
    float[] weights = new float[cols];
    matrix.forEachRow((row, trits) -> {
      for (int c = 0; c < cols; c++) {
        // A product would make -0 of a zero trit and a negative scale.
        weights[c] = trits[c] == 0 ? 0 : trits[c] * matrix.scales().at(row, c, cols);
      }
      MemorySegment.copy(weights, 0, values, JAVA_FLOAT, 4L * row * cols, cols);
    });
  }
}
