package dev.ternary.formats.gguf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.file.Text;
import dev.ternary.packed.MatrixPacker;
import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A tensor in blocks, decoded when it is asked for.
 *
 * @param file the file it is in
 * @param offset where its bytes begin there
 * @param codec how they are laid out
 */
record GgufTensor(
    Path file,
    long offset,
    String name,
    String encoding,
    Shape shape,
    MemorySegment bytes,
    RowCodec codec)
    implements StoredTensor {

  private int cols() {
    return Math.toIntExact(shape.rank() == 0 ? 1 : shape.dim(shape.rank() - 1));
  }

  private int rows() {
    return Math.toIntExact(shape.elements() / cols());
  }

  @Override
  public Optional<DType> dtype() {
    return Optional.empty();
  }

  @Override
  public Optional<DType> decoded() {
    return Optional.of(DType.F32);
  }

  @Override
  public Tensor toTensor() throws FormatException {
    if (shape.elements() > Integer.MAX_VALUE - 8) {
      throw error("has " + shape + " weights, more than an array of floats holds");
    }
    int cols = cols();
    float[] weights = new float[(int) shape.elements()];
    float[] decoded = new float[cols];
    var rows = new Rows(cols);
    for (int row = 0; row < rows(); row++) {
      codec.decode(rows.read(row), decoded);
      requireFinite(row, decoded);
      System.arraycopy(decoded, 0, weights, row * cols, cols);
    }
    return Tensor.of(shape, weights);
  }

  @Override
  public Optional<TernaryTensor> toTernary() throws FormatException {
    if (!(codec instanceof TritCodec trits) || shape.rank() != 2) {
      return Optional.empty();
    }
    int cols = cols();
    int group = trits.groupCols(cols);
    int groups = Math.ceilDiv(cols, group);
    var packer = new MatrixPacker(rows(), cols, Packing.twoBit());
    var scales = new FoundScales(rows(), cols, group);
    byte[] row = new byte[cols];
    float[] rowScales = new float[groups];
    var rows = new Rows(cols);
    for (int r = 0; r < rows(); r++) {
      trits.unpack(rows.read(r), row, rowScales);
      requireFinite(r, rowScales);
      if (hasTwo(row)) {
        if (trits.hasTwo()) {
          return Optional.empty();
        }
        throw error("row " + r + " has the code 3, which stands for no trit");
      }
      packer.row(r, row, 0);
      scales.add(row, rowScales);
    }
    return Optional.of(new TernaryTensor(shape, packer.matrix(scales.scales())));
  }

  private static boolean hasTwo(byte[] trits) {
    int all = 0;
    for (byte trit : trits) {
      all |= 1 - trit;
    }
    return all < 0;
  }

  /** As ggml checks the scales of a row before it takes a file. */
  private void requireFinite(int row, float[] values) throws FormatException {
    float sum = 0;
    for (float value : values) {
      sum += value * 0;
    }
    if (sum != 0) { // NaN, of a NaN or an infinity.
      throw error("row " + row + " has a scale that is NaN or infinite");
    }
  }

  private FormatException error(String what) {
    return new FormatException(
        file, offset, "tensor " + Text.quote(name) + " of type " + encoding + " " + what);
  }

  /** The bytes of one row after the other, each with the tail behind it. */
  private final class Rows {

    private final int rowBytes;
    private final byte[] row;

    Rows(int cols) {
      rowBytes = Math.toIntExact(codec.rowBytes(cols));
      int tail = codec.tailBytes();
      row = new byte[rowBytes + tail];
      MemorySegment.copy(bytes, JAVA_BYTE, bytes.byteSize() - tail, row, rowBytes, tail);
    }

    byte[] read(int number) {
      MemorySegment.copy(bytes, JAVA_BYTE, (long) number * rowBytes, row, 0, rowBytes);
      return row;
    }
  }
}
