package dev.ternary.formats.npy;

import dev.ternary.formats.file.Segments;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Turns the data of an array into the row-major little-endian form of a {@link Tensor}. */
final class NpyData {

  private NpyData() {}

  /** Whether the data is in that form already. */
  static boolean isPlain(NpyHeader header) {
    return !(header.bigEndian() && header.dtype().bytes() > 1) && !isTransposed(header);
  }

  private static boolean isTransposed(NpyHeader header) {
    return header.fortranOrder() && header.shape().rank() > 1;
  }

  /** The tensor of {@code data}, which it may change. */
  static Tensor toTensor(NpyHeader header, MemorySegment data) {
    if (header.bigEndian()) {
      Segments.swapBytes(data, header.dtype().bytes());
    }
    return new Tensor(
        header.dtype(),
        header.shape(),
        isTransposed(header) ? rowMajor(data, header.shape(), header.dtype().bytes()) : data);
  }

  private static MemorySegment rowMajor(MemorySegment data, Shape shape, int width) {
    var to = MemorySegment.ofArray(new byte[Math.toIntExact(data.byteSize())]);
    int rank = shape.rank();
    long[] strides = new long[rank];
    long stride = width;
    for (int axis = 0; axis < rank; axis++) {
      strides[axis] = stride;
      stride *= shape.dim(axis);
    }
    long[] index = new long[rank];
    long from = 0;
    for (long at = 0; at < data.byteSize(); at += width) {
      MemorySegment.copy(data, from, to, at, width);
      int axis = rank - 1;
      from += strides[axis];
      while (axis > 0 && ++index[axis] == shape.dim(axis)) {
        from -= index[axis] * strides[axis];
        index[axis] = 0;
        axis--;
        from += strides[axis];
      }
    }
    return to;
  }
}
