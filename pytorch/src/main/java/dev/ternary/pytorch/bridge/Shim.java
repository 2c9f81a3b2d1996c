package dev.ternary.pytorch.bridge;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ternary.foreign.NativeLibrary;
import dev.ternary.foreign.Rethrow;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;

/**
 * The functions of libtorch's C interface that the bridge calls ({@code
 * torch/csrc/inductor/aoti_torch/c/shim.h} of PyTorch 2.7.1). They catch every C++ exception and
 * return an error code instead. A tensor is a handle, an address; whoever got it deletes it.
 */
final class Shim {

  /** What the bridge needs from libtorch and its C++ run time. */
  static final List<String> FUNCTIONS =
      List.of(
          "aoti_torch_get_data_ptr",
          "aoti_torch_get_dim",
          "aoti_torch_get_sizes",
          "aoti_torch_get_strides",
          "aoti_torch_get_dtype",
          "aoti_torch_get_device_type",
          "aoti_torch_dtype_float32",
          "aoti_torch_dtype_uint8",
          "aoti_torch_device_type_cpu",
          "aoti_torch_grad_mode_is_enabled",
          "aoti_torch_delete_tensor_object",
          "aoti_torch_new_tensor_handle",
          "aoti_torch_new_uninitialized_tensor",
          "aoti_torch_empty_strided",
          "aoti_torch__reinterpret_tensor",
          "aoti_torch_copy_",
          "aoti_torch_call_dispatcher",
          "aoti_torch_library_init_def",
          "aoti_torch_library_init_impl",
          "aoti_torch_library_def",
          "aoti_torch_library_impl",
          Trampoline.THROW);

  private static final FunctionDescriptor NUMBER = FunctionDescriptor.of(JAVA_INT);
  private static final FunctionDescriptor ONE = pointers(1);
  private static final FunctionDescriptor TWO = pointers(2);
  private static final FunctionDescriptor THREE = pointers(3);

  private static final NativeLibrary LIBRARY = LibTorch.library().orThrow();

  private static final MethodHandle DATA = bind("aoti_torch_get_data_ptr", TWO);
  private static final MethodHandle DIM = bind("aoti_torch_get_dim", TWO);
  private static final MethodHandle SIZES = bind("aoti_torch_get_sizes", TWO);
  private static final MethodHandle STRIDES = bind("aoti_torch_get_strides", TWO);
  private static final MethodHandle DTYPE = bind("aoti_torch_get_dtype", TWO);
  private static final MethodHandle DEVICE_TYPE = bind("aoti_torch_get_device_type", TWO);
  private static final MethodHandle GRAD_MODE =
      bind("aoti_torch_grad_mode_is_enabled", FunctionDescriptor.of(JAVA_BOOLEAN));
  private static final MethodHandle DELETE = bind("aoti_torch_delete_tensor_object", ONE);
  private static final MethodHandle NEW_HANDLE = bind("aoti_torch_new_tensor_handle", TWO);
  private static final MethodHandle UNDEFINED = bind("aoti_torch_new_uninitialized_tensor", ONE);
  private static final MethodHandle EMPTY =
      bind(
          "aoti_torch_empty_strided",
          FunctionDescriptor.of(
              JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle REINTERPRET =
      bind(
          "aoti_torch__reinterpret_tensor",
          FunctionDescriptor.of(
              JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
  private static final MethodHandle COPY =
      bind("aoti_torch_copy_", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
  private static final MethodHandle CALL = bind("aoti_torch_call_dispatcher", THREE);

  /** libtorch's number of the type. */
  static final int FLOAT32 = number("aoti_torch_dtype_float32");

  /** libtorch's number of the type. */
  static final int UINT8 = number("aoti_torch_dtype_uint8");

  /** libtorch's number of the kind of device. */
  static final int CPU = number("aoti_torch_device_type_cpu");

  private Shim() {}

  private static FunctionDescriptor pointers(int count) {
    var arguments = new MemoryLayout[count];
    Arrays.fill(arguments, ADDRESS);
    return FunctionDescriptor.of(JAVA_INT, arguments);
  }

  private static MethodHandle bind(String name, FunctionDescriptor type) {
    return LIBRARY.function(name, type);
  }

  private static int number(String name) {
    try {
      return (int) bind(name, NUMBER).invokeExact();
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  /** A kernel to register. */
  record Kernel(String namespace, String dispatchKey, String name, Trampoline.Code code) {}

  /** Registers operators; the rest of this class is for their kernels. */
  static void register(String namespace, List<String> schemas, List<Kernel> kernels) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      // These strings are kept by libtorch.
      Arena kept = Arena.global();
      MemorySegment file = kept.allocateFrom("dev.ternary.pytorch.bridge");
      MethodHandle initDef =
          bind(
              "aoti_torch_library_init_def",
              FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS));
      MethodHandle initImpl =
          bind(
              "aoti_torch_library_init_impl",
              FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS));
      MethodHandle def = bind("aoti_torch_library_def", TWO);
      MethodHandle impl = bind("aoti_torch_library_impl", THREE);
      MemorySegment ours = kept.allocateFrom(namespace);
      check("library_init_def", (int) initDef.invokeExact(ours, file, 1, out));
      MemorySegment library = out.get(ADDRESS, 0);
      for (String schema : schemas) {
        check(schema, (int) def.invokeExact(library, kept.allocateFrom(schema)));
      }
      for (Kernel kernel : kernels) {
        MemorySegment ofKernel = kept.allocateFrom(kernel.namespace());
        MemorySegment key = kept.allocateFrom(kernel.dispatchKey());
        check(kernel.name(), (int) initImpl.invokeExact(ofKernel, key, file, 2, out));
        library = out.get(ADDRESS, 0);
        MemorySegment name = kept.allocateFrom(kernel.name());
        MemorySegment code = Trampoline.of(kernel.code(), LIBRARY);
        check(kernel.name(), (int) impl.invokeExact(library, name, code));
      }
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  /** Whether operations are recorded for the backward pass on this thread. */
  static boolean gradMode() {
    try {
      return (boolean) GRAD_MODE.invokeExact();
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  static long dim(MemorySegment tensor) {
    return get("get_dim", DIM, tensor);
  }

  static int dtype(MemorySegment tensor) {
    return (int) get("get_dtype", DTYPE, tensor);
  }

  static int deviceType(MemorySegment tensor) {
    return (int) get("get_device_type", DEVICE_TYPE, tensor);
  }

  /** Address of the first element. */
  static long data(MemorySegment tensor) {
    return get("get_data_ptr", DATA, tensor);
  }

  static long[] sizes(MemorySegment tensor, long dim) {
    return Native.longs(get("get_sizes", SIZES, tensor), dim);
  }

  static long[] strides(MemorySegment tensor, long dim) {
    return Native.longs(get("get_strides", STRIDES, tensor), dim);
  }

  private static long get(String what, MethodHandle getter, MemorySegment tensor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      check(what, (int) getter.invokeExact(tensor, out));
      return out.get(JAVA_LONG, 0);
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  /** Another handle of the same tensor. */
  static MemorySegment again(MemorySegment tensor) {
    return MemorySegment.ofAddress(get("new_tensor_handle", NEW_HANDLE, tensor));
  }

  /** A handle of no tensor: the gradient of what has none. */
  static MemorySegment undefined() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      check("new_uninitialized_tensor", (int) UNDEFINED.invokeExact(out));
      return out.get(ADDRESS, 0);
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  static void delete(MemorySegment tensor) {
    try {
      check("delete_tensor_object", (int) DELETE.invokeExact(tensor));
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  /** New float32 memory on the CPU. */
  static MemorySegment empty(long... shape) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      MemorySegment dense = arena.allocateFrom(JAVA_LONG, Native.denseStrides(shape));
      MemorySegment sizesOf = arena.allocateFrom(JAVA_LONG, shape);
      long rank = shape.length;
      check("empty_strided", (int) EMPTY.invokeExact(rank, sizesOf, dense, FLOAT32, CPU, -1, out));
      return out.get(ADDRESS, 0);
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  /** The same memory in another shape, without history. */
  static MemorySegment reinterpret(MemorySegment tensor, long[] shape, long[] stridesOf) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      MemorySegment sizesOf = arena.allocateFrom(JAVA_LONG, shape);
      MemorySegment steps = arena.allocateFrom(JAVA_LONG, stridesOf);
      long rank = shape.length;
      check(
          "_reinterpret_tensor",
          (int) REINTERPRET.invokeExact(tensor, rank, sizesOf, steps, 0L, out));
      return out.get(ADDRESS, 0);
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  static void copy(MemorySegment to, MemorySegment from) {
    try {
      check("copy_", (int) COPY.invokeExact(to, from, 0));
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  /**
   * Calls an operator with one result.
   *
   * @param arguments tensors, which pass to the operator, and numbers
   * @return the result, a new handle or a number
   * @throws IllegalStateException if it failed; where a kernel of ours did, with its message
   */
  static MemorySegment call(String operator, long... arguments) {
    Failure.TEXT.clear();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stack = arena.allocateFrom(JAVA_LONG, arguments);
      MemorySegment name = arena.allocateFrom(operator);
      int error = (int) CALL.invokeExact(name, arena.allocateFrom(""), stack);
      if (error != 0) {
        throw Failure.of(operator);
      }
      return stack.get(ADDRESS, 0);
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  private static void check(String what, int error) {
    if (error != 0) {
      throw new IllegalStateException(
          "libtorch refuses " + what + " (error " + error + "); it says why on standard error");
    }
  }
}
