package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes tensors of strided views: views of the file where the elements lie row-major one after the
 * other, copies where they do not.
 */
final class TensorViews {

  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;

  private final Path file;
  private final Storages storages;
  private final Arena arena;
  private final long copyLimit;
  private long copied;

  /**
   * Makes tensors.
   *
   * @param arena owns the copies
   * @param copyLimit bytes that all copies together may take
   */
  TensorViews(Path file, Storages storages, Arena arena, long copyLimit) {
    this.file = file;
    this.storages = storages;
    this.arena = arena;
    this.copyLimit = copyLimit;
  }

  /** The tensor that {@code spec} describes, checked against its storage; it has no name yet. */
  StoredTensor tensor(TensorSpec spec) throws FormatException {
    Shape shape = shape(spec);
    StorageRef storage = spec.storage();
    int width = storage.element().bytes();
    MemorySegment bytes =
        storages.bytes(storage).asSlice(storage.from() * width, storage.elements() * width);
    if (spec.offset() < 0) {
      throw error(spec, "the storage offset is negative");
    }
    if (shape.elements() == 0) {
      return stored(spec, shape, bytes.asSlice(0, 0));
    }
    List<Integer> axes =
        IntStream.range(0, shape.rank())
            .filter(axis -> shape.dim(axis) > 1)
            .boxed()
            .sorted(Comparator.comparing(spec.strides()::get))
            .toList();
    long span = span(spec, axes);
    if (spec.offset() > storage.elements() - span) {
      throw error(
          spec,
          "reaches element "
              + Math.addExact(spec.offset(), span - 1)
              + " of a storage of "
              + storage.elements());
    }
    MemorySegment view = bytes.asSlice(spec.offset() * width, span * width);
    return stored(spec, shape, isRowMajor(spec) ? view : copy(spec, shape, view, width));
  }

  private StoredTensor stored(TensorSpec spec, Shape shape, MemorySegment bytes) {
    Element element = spec.storage().element();
    return element.dtype().isPresent()
        ? StoredTensor.of("", new Tensor(element.dtype().get(), shape, bytes))
        : StoredTensor.opaque(
            "",
            element.encoding(),
            shape,
            bytes,
            error(spec, "elements of type " + element + " are not supported"));
  }

  private Shape shape(TensorSpec spec) throws FormatException {
    try {
      Shape shape = Shape.of(spec.sizes().stream().mapToLong(Long::longValue).toArray());
      Math.multiplyExact(shape.elements(), spec.storage().element().bytes());
      return shape;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new FormatException(file, spec.at(), String.valueOf(e.getMessage()), e);
    }
  }

  /** Elements from the first to the last of the view, which may touch one of them repeatedly. */
  private long span(TensorSpec spec, List<Integer> axes) throws FormatException {
    long span = 1;
    try {
      for (int axis : axes) {
        long stride = spec.strides().get(axis);
        if (stride < 0) {
          throw error(spec, "stride " + stride + " is negative");
        }
        span = Math.addExact(span, Math.multiplyExact(spec.sizes().get(axis) - 1, stride));
      }
      Math.addExact(spec.offset(), span);
    } catch (ArithmeticException e) {
      throw new FormatException(
          file, spec.at(), describe(spec) + ": reaches beyond 2^63 elements", e);
    }
    return span;
  }

  private static boolean isRowMajor(TensorSpec spec) {
    long expected = 1;
    for (int axis = spec.sizes().size() - 1; axis >= 0; axis--) {
      long size = spec.sizes().get(axis);
      if (size != 1 && spec.strides().get(axis) != expected) {
        return false;
      }
      expected *= size;
    }
    return true;
  }

  private MemorySegment copy(TensorSpec spec, Shape shape, MemorySegment view, int width)
      throws FormatException {
    long byteSize = shape.elements() * width;
    if (byteSize > copyLimit - copied) {
      throw error(
          spec,
          "copies of views that are not contiguous would take more than " + copyLimit + " bytes");
    }
    copied += byteSize;
    MemorySegment to = arena.allocate(byteSize, width);
    int rank = shape.rank();
    long inner = shape.dim(rank - 1);
    long[] index = new long[rank];
    long from = 0;
    for (long row = 0; row < shape.elements(); row += inner) {
      copyRow(
          view, from, spec.strides().get(rank - 1), to.asSlice(row * width, inner * width), width);
      for (int axis = rank - 2; axis >= 0; axis--) {
        index[axis]++;
        from += spec.strides().get(axis);
        if (index[axis] < shape.dim(axis)) {
          break;
        }
        from -= shape.dim(axis) * spec.strides().get(axis);
        index[axis] = 0;
      }
    }
    return to;
  }

  /** Copies elements without looking at them, so byte order does not matter. */
  private static void copyRow(
      MemorySegment view, long from, long stride, MemorySegment to, int width) {
    long count = to.byteSize() / width;
    for (long i = 0; i < count; i++) {
      long at = (from + i * stride) * width;
      switch (width) {
        case 16 -> MemorySegment.copy(view, at, to, 16 * i, 16);
        case 1 -> to.set(ValueLayout.JAVA_BYTE, i, view.get(ValueLayout.JAVA_BYTE, at));
        case 2 -> to.set(I16, 2 * i, view.get(I16, at));
        case 4 -> to.set(I32, 4 * i, view.get(I32, at));
        case 8 -> to.set(I64, 8 * i, view.get(I64, at));
        default -> throw new AssertionError("elements of " + width + " bytes");
      }
    }
  }

  private FormatException error(TensorSpec spec, String reason) {
    return new FormatException(file, spec.at(), describe(spec) + ": " + reason);
  }

  private static String describe(TensorSpec spec) {
    return "tensor of size "
        + spec.sizes()
        + ", stride "
        + spec.strides()
        + " and offset "
        + spec.offset();
  }
}
