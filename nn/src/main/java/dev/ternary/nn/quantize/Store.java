package dev.ternary.nn.quantize;

import dev.ternary.tensor.DType;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps tensors on the heap up to a limit, and beyond it in temporary files. */
final class Store {

  private final long limit;
  private final AtomicLong onHeap = new AtomicLong();

  /**
   * An empty store.
   *
   * @param limit bytes on the heap
   */
  Store(long limit) {
    this.limit = limit;
  }

  /** A store that takes a quarter of the heap. */
  static Store ofHeap() {
    return new Store(Runtime.getRuntime().maxMemory() / 4);
  }

  /** A tensor that is kept, and how it is let go. */
  record Kept(Tensor tensor, Runnable free) implements AutoCloseable {
    @Override
    public void close() {
      free.run();
    }
  }

  /** A tensor of somebody else, who frees it. */
  static Kept borrowed(Tensor tensor) {
    return new Kept(tensor, () -> {});
  }

  /** Keeps a float32 tensor on the heap, or a copy of it in a file. */
  Kept keep(Tensor tensor) {
    long bytes = tensor.data().byteSize();
    if (onHeap.addAndGet(bytes) <= limit) {
      return new Kept(tensor, () -> onHeap.addAndGet(-bytes));
    }
    onHeap.addAndGet(-bytes);
    return inFile(tensor);
  }

  @SuppressWarnings("MustBeClosedChecker") // closed by Kept, or here where it fails
  private static Kept inFile(Tensor tensor) {
    Arena arena = Arena.ofShared();
    boolean done = false;
    try {
      Path path = Files.createTempFile("ternary-calibration", ".values");
      try (FileChannel file =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        MemorySegment mapped =
            file.map(FileChannel.MapMode.READ_WRITE, 0, tensor.data().byteSize(), arena);
        mapped.copyFrom(tensor.data());
        done = true;
        return new Kept(new Tensor(DType.F32, tensor.shape(), mapped.asReadOnly()), arena::close);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the values of a layer do not fit a quarter of the heap, and no temporary file could"
              + " hold them: give Java more memory or calibrate on fewer samples",
          e);
    } finally {
      if (!done) {
        arena.close();
      }
    }
  }
}
