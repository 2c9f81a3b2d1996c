package dev.ternary.nn.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.nn.graph.Weights;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The rows of a table that the input names; the table keeps its form. */
final class Lookup implements Operator {

  private final int rows;
  private final int cols;
  private final Table table;

  /** Gives rows as floats. */
  @FunctionalInterface
  private interface Table {
    void copy(int row, float[] into, byte[] scratch);
  }

  /** Copies the weights, {@code [rows, cols]}. */
  Lookup(Weights weights) {
    rows = Math.toIntExact(weights.shape().dim(0));
    cols = Math.toIntExact(weights.shape().dim(1));
    table =
        switch (weights) {
          case Weights.Dense(var values) -> dense(values.toFloatArray());
          case Weights.Ternary(var values, _) -> ternary(values.matrix());
          case Weights.Int8(var values, var scales) ->
              int8(values.data().toArray(JAVA_BYTE), scales.toFloatArray());
        };
  }

  private Table dense(float[] values) {
    return (row, into, _) -> System.arraycopy(values, row * cols, into, 0, cols);
  }

  private Table int8(byte[] values, float[] scales) {
    return (row, into, _) -> {
      for (int i = 0; i < cols; i++) {
        into[i] = values[row * cols + i] * scales[row];
      }
    };
  }

  private Table ternary(TernaryMatrix matrix) {
    var copy =
        new TernaryMatrix(
            rows,
            cols,
            matrix.packing(),
            MemorySegment.ofArray(matrix.codes().toArray(JAVA_BYTE)),
            matrix.scales());
    return (row, into, trits) -> {
      copy.unpackRow(row, trits);
      for (int i = 0; i < cols; i++) {
        into[i] = trits[i] == 0 ? 0 : trits[i] * copy.scales().at(row, i, cols);
      }
    };
  }

  @Override
  public long work(List<Shape> in, Shape out) {
    return out.elements();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    MemorySegment from = in.getFirst().values();
    long count = from.byteSize() / Float.BYTES;
    float[] row = new float[cols];
    byte[] scratch = new byte[cols];
    return () -> {
      for (long i = 0; i < count; i++) {
        float index = from.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
        if (!(index >= 0 && index < rows) || index != (int) index) {
          throw new IllegalArgumentException(
              "index "
                  + index
                  + " at place "
                  + i
                  + ", expected whole numbers from 0 to "
                  + (rows - 1));
        }
        table.copy((int) index, row, scratch);
        Staged.store(row, out.values(), i * cols, cols);
      }
    };
  }
}
