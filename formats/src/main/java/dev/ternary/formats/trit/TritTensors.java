package dev.ternary.formats.trit;

import dev.ternary.formats.FormatException;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Tensor;
import dev.ternary.trit.TernaryArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Between arrays of trits and tensors of a file. */
final class TritTensors {

  private static final int BLOCK = 1 << 16;

  private TritTensors() {}

  /**
   * The trits of a tensor: U8 holds codes, other integers hold values.
   *
   * @param dataOffset where the tensor's data begins in the file; negative where it is compressed
   */
  static TernaryArray read(Path path, String what, Tensor tensor, long dataOffset)
      throws FormatException {
    if (tensor.dtype().isFloating() || tensor.dtype() == DType.BOOL) {
      throw new FormatException(
          path,
          Math.max(0, dataOffset),
          what
              + tensor
              + " holds no trits, which are integers -1, 0, 1 or U8 codes 0, 1, 2; quantize it");
    }
    try {
      return tensor.dtype() == DType.U8 ? TernaryArray.ofCodes(tensor) : TernaryArray.of(tensor);
    } catch (IllegalArgumentException e) {
      // Elements that were reordered or swapped into the heap no longer lie where the file has
      // them.
      long within = tensor.data().isMapped() ? firstInvalid(tensor) : 0;
      long offset = dataOffset < 0 ? 0 : dataOffset + within;
      throw new FormatException(path, offset, what + tensor + ": " + e.getMessage(), e);
    }
  }

  private static long firstInvalid(Tensor tensor) {
    int lowest = tensor.dtype() == DType.U8 ? 0 : -1;
    long index = 0;
    while (tensor.getLong(index) >= lowest && tensor.getLong(index) <= lowest + 2) {
      index++;
    }
    return index * tensor.dtype().bytes();
  }

  /** The trits as a tensor in memory of {@code arena}, which may be larger than a Java array. */
  static Tensor write(TernaryArray array, TritElements elements, Arena arena) {
    MemorySegment data = arena.allocate(array.size());
    byte[] block = new byte[(int) Math.min(BLOCK, array.size())];
    for (long at = 0; at < array.size(); at += BLOCK) {
      int count = (int) Math.min(BLOCK, array.size() - at);
      byte[] part = count == block.length ? block : new byte[count];
      array.copyTo(at, part);
      for (int i = 0; i < count; i++) {
        part[i] += (byte) elements.offset();
      }
      MemorySegment.copy(part, 0, data, ValueLayout.JAVA_BYTE, at, count);
    }
    return new Tensor(elements.dtype(), array.shape(), data);
  }
}
