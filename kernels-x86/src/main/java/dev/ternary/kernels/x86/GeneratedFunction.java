package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.ternary.foreign.ExecutableMemory;
import dev.ternary.foreign.Rethrow;
import dev.ternary.foreign.asm.Assembler;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Consumer;

/**
 * Machine code that takes four addresses. It trusts them: whoever calls checks every size first.
 * The linker keeps the memory of its arguments alive while the code runs.
 */
@SuppressWarnings("restricted") // binds the code that this class was given
final class GeneratedFunction {

  private static final MethodHandle CALL =
      Linker.nativeLinker()
          .downcallHandle(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

  /** As {@link #CALL}, but holds off the collector and takes heap memory: for about 1 us. */
  private static final MethodHandle CALL_BRIEFLY =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, ADDRESS),
              Linker.Option.critical(true));

  private final MemorySegment code;

  private GeneratedFunction(MemorySegment code) {
    this.code = code;
  }

  /** Generates a function; {@code body} finds its arguments in rdi, rsi, rdx and rcx. */
  static GeneratedFunction of(Consumer<Assembler> body) {
    var assembler = new Assembler();
    Abi abi = Abi.current();
    abi.enter(assembler);
    body.accept(assembler);
    abi.leave(assembler);
    return new GeneratedFunction(ExecutableMemory.of(assembler.toByteArray()));
  }

  /** Calls it with native memory. */
  void call(MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment d) {
    try {
      CALL.invokeExact(code, a, b, c, d);
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  /** Calls it with memory of any kind for a very short time. */
  void callBriefly(MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment d) {
    try {
      CALL_BRIEFLY.invokeExact(code, a, b, c, d);
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }
}
