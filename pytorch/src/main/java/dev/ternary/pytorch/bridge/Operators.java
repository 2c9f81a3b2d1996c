package dev.ternary.pytorch.bridge;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ternary.kernel.Activations;
import dev.ternary.packed.Granularity;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The operators and their kernels.
 *
 * <p>libtorch's C interface has no way to give an operator a backward formula. But libtorch has
 * operators with one whose kernels exist for CUDA only: {@code aten::cudnn_grid_sampler} takes two
 * tensors, keeps them for the backward pass, and there calls {@code
 * aten::cudnn_grid_sampler_backward} with both and the gradient (derivatives.yaml of PyTorch
 * 2.7.1). The bridge supplies their CPU kernels, which nobody else has, and so gets a node in the
 * graph of autograd that calls Java. It replaces nothing, and the operators of a GPU stay as they
 * are.
 */
final class Operators {

  private static final String NAMESPACE = "ternary";

  /** A product that records its backward. */
  private static final String RECORDED = "aten::cudnn_grid_sampler";

  private static final List<String> SCHEMAS =
      List.of(
          "linear(Tensor x, Tensor packed) -> Tensor",
          "linear_ste(Tensor x, Tensor q, int group_cols, bool int8) -> Tensor");

  private static final ThreadLocal<StraightThrough> RUNNING = new ThreadLocal<>();

  private Operators() {}

  /** Makes the operators known to libtorch. */
  static void register() {
    Shim.register(NAMESPACE, SCHEMAS, kernels());
  }

  private static List<Shim.Kernel> kernels() {
    String composite = "CompositeImplicitAutograd";
    return List.of(
        new Shim.Kernel(NAMESPACE, composite, "linear", code(Operators::linear)),
        new Shim.Kernel(NAMESPACE, composite, "linear_ste", code(Operators::linearSte)),
        new Shim.Kernel("aten", "CPU", "cudnn_grid_sampler", code(Operators::forward)),
        new Shim.Kernel("aten", "CPU", "cudnn_grid_sampler_backward", code(Operators::backward)));
  }

  /** Takes its arguments from the stack, whose handles are its own, and puts its results there. */
  private interface Body {
    void run(MemorySegment stack, Handles handles);
  }

  private static Trampoline.Code code(Body body) {
    return (stack, arguments, results) -> {
      try (var handles = new Handles()) {
        body.run(Native.at(stack.address(), Long.BYTES * Math.max(arguments, results)), handles);
        return 0;
      }
    };
  }

  private static MemorySegment argument(MemorySegment stack, int index, Handles handles) {
    return handles.own(stack.getAtIndex(ADDRESS, index));
  }

  /** {@code ternary::linear}. */
  private static void linear(MemorySegment stack, Handles handles) {
    MemorySegment x = argument(stack, 0, handles);
    MemorySegment packed = argument(stack, 1, handles);
    Strided input = Strided.of(x, "x", Shim.FLOAT32);
    Strided weights = Strided.of(packed, "packed", Shim.UINT8);
    MemorySegment y;
    if (Shim.gradMode()) {
      y = Shim.call(RECORDED, handles.release(x).address(), handles.release(packed).address());
    } else {
      y = product(input, weights, handles);
    }
    stack.setAtIndex(ADDRESS, 0, y);
  }

  /** {@code ternary::linear_ste}. */
  private static void linearSte(MemorySegment stack, Handles handles) {
    MemorySegment x = argument(stack, 0, handles);
    MemorySegment q = argument(stack, 1, handles);
    long groupCols = stack.getAtIndex(JAVA_LONG, 2);
    Activations form =
        (stack.getAtIndex(JAVA_LONG, 3) & 1) == 1 ? Activations.INT8 : Activations.FLOAT32;
    Strided input = Strided.of(x, "x", Shim.FLOAT32);
    Strided weights = Strided.of(q, "q", Shim.FLOAT32);
    requireMatrix(weights);
    try (var step = new StraightThrough(input, weights, granularity(groupCols), form)) {
      MemorySegment y;
      if (Shim.gradMode()) {
        RUNNING.set(step);
        y = Shim.call(RECORDED, step.recordedInput().address(), handles.release(q).address());
      } else {
        y = step.product(input, handles);
      }
      stack.setAtIndex(ADDRESS, 0, y);
    } finally {
      RUNNING.remove();
    }
  }

  static void requireMatrix(Strided q) {
    if (q.sizes().length != 2) {
      throw new IllegalArgumentException("q must be [rows, cols], got " + q);
    }
  }

  private static Granularity granularity(long groupCols) {
    if (groupCols < -1 || groupCols > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "group_cols must be -1 (the tensor), 0 (a row) or columns, got " + groupCols);
    }
    return switch ((int) groupCols) {
      case -1 -> Granularity.tensor();
      case 0 -> Granularity.row();
      default -> Granularity.group((int) groupCols);
    };
  }

  /** The forward of both, below autograd. */
  private static void forward(MemorySegment stack, Handles handles) {
    MemorySegment x = argument(stack, 0, handles);
    MemorySegment w = argument(stack, 1, handles);
    Strided input = Strided.of(x, "x", Shim.FLOAT32);
    StraightThrough running = RUNNING.get();
    stack.setAtIndex(
        ADDRESS,
        0,
        running == null
            ? product(input, Strided.of(w, "packed", Shim.UINT8), handles)
            : running.product(input, handles));
  }

  private static MemorySegment product(Strided x, Strided packed, Handles handles) {
    Strided bytes = packedBytes(packed);
    MemorySegment memory = bytes.memory(1);
    try (var scratch = Scratch.borrow();
        var entry = PackedCache.instance().use(memory.address(), memory, PackedCache.PACKED)) {
      return Product.of(x, entry.prepared(), handles).run(entry.weights().activations(), scratch);
    }
  }

  private static Strided packedBytes(Strided packed) {
    if (packed.sizes().length != 1 || !packed.contiguous()) {
      throw new IllegalArgumentException(
          "packed must be a contiguous tensor of one dimension, got " + packed);
    }
    return packed;
  }

  /** The gradients of both factors; packed weights have none. */
  private static void backward(MemorySegment stack, Handles handles) {
    Strided x = Strided.of(argument(stack, 0, handles), "x", Shim.FLOAT32);
    MemorySegment w = argument(stack, 1, handles);
    Strided g = Strided.of(argument(stack, 2, handles), "the gradient", Shim.FLOAT32);
    boolean packed = Shim.dtype(w) == Shim.UINT8;
    MemorySegment q = packed ? unpacked(Strided.of(w, "packed", Shim.UINT8), handles) : w;
    MemorySegment gx = multiply(handles.matrix(g, false), q);
    if (x.sizes().length != 2) {
      gx = Shim.reinterpret(handles.own(gx), x.sizes(), Native.denseStrides(x.sizes()));
    }
    stack.setAtIndex(ADDRESS, 0, gx);
    stack.setAtIndex(
        ADDRESS,
        1,
        packed ? Shim.undefined() : multiply(handles.matrix(g, true), handles.matrix(x, false)));
  }

  private static MemorySegment unpacked(Strided packed, Handles handles) {
    MemorySegment memory = packedBytes(packed).memory(1);
    try (var entry = PackedCache.instance().use(memory.address(), memory, PackedCache.PACKED)) {
      var matrix = entry.weights().matrix();
      MemorySegment q = handles.own(Shim.empty(matrix.rows(), matrix.cols()));
      DenseTernary.unpack(matrix, Strided.of(q, "q", Shim.FLOAT32).memory(Float.BYTES));
      return q;
    }
  }

  private static MemorySegment multiply(MemorySegment a, MemorySegment b) {
    return Shim.call("aten::mm", Shim.again(a).address(), Shim.again(b).address());
  }
}
