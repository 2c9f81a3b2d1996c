package dev.ternary.kernels.x86;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.conv.spi.ConvolutionCall;
import java.lang.foreign.MemorySegment;

/**
 * The operands of a call as native memory that every worker may use: the caller's own where it is
 * that, else copies of the images that are under way.
 */
final class ConvStage {

  private final ConvolutionCall call;
  private final Operand x;
  private final Operand y;
  private final Operand addend;

  ConvStage(ConvolutionCall call) {
    this.call = call;
    // A result that is read-only is refused here.
    boolean yStaged = Destination.of(call.y().values().values()).staged();
    x = new Operand(call.x().values(), Destination.isStaged(call.x().values().values()));
    y = new Operand(call.y().values(), yStaged);
    addend = call.addend().map(a -> new Operand(a, Destination.isStaged(a.values()))).orElse(y);
  }

  private static final class Operand {
    private final MemorySegment values;
    private final long imageBytes;
    private final boolean staged;
    private MemorySegment stage = MemorySegment.NULL;
    private long first;

    Operand(FloatMatrix matrix, boolean staged) {
      values = matrix.values();
      imageBytes = (long) Float.BYTES * matrix.cols();
      this.staged = staged;
    }

    long bytes(int count) {
      return staged ? Product.align(count * imageBytes) : 0;
    }

    MemorySegment memory() {
      return staged ? stage : values;
    }

    long at() {
      return staged ? 0 : first * imageBytes;
    }

    void load(int count) {
      if (staged) {
        MemorySegment.copy(values, first * imageBytes, stage, 0, count * imageBytes);
      }
    }

    void store(int count) {
      if (staged) {
        MemorySegment.copy(stage, 0, values, first * imageBytes, count * imageBytes);
      }
    }
  }

  long bytes(int count) {
    return x.bytes(count) + y.bytes(count) + (addend == y ? 0 : addend.bytes(count));
  }

  void place(MemorySegment memory, int count) {
    x.stage = memory.asSlice(0, x.bytes(count));
    y.stage = memory.asSlice(x.bytes(count), y.bytes(count));
    if (addend != y) {
      addend.stage = memory.asSlice(x.bytes(count) + y.bytes(count), addend.bytes(count));
    }
  }

  /** Copies what goes in, from image {@code first} on. */
  void load(int first, int count) {
    x.first = first;
    y.first = first;
    addend.first = first;
    x.load(count);
    if (call.addend().isPresent()) {
      addend.load(count);
    }
  }

  /** Copies what comes out. */
  void store(int count) {
    y.store(count);
  }

  MemorySegment x() {
    return x.memory();
  }

  /** Where the first image that is loaded starts. */
  long xAt() {
    return x.at();
  }

  MemorySegment y() {
    return y.memory();
  }

  /** Where the first result of the images that are loaded goes. */
  long yAt() {
    return y.at();
  }

  /** What is added, or any memory. */
  MemorySegment addend() {
    return addend.memory();
  }

  long addendAt() {
    return addend.at();
  }
}
