package dev.ternary.pytorch.bridge;

import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RBP;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ternary.foreign.ExecutableMemory;
import dev.ternary.foreign.NativeLibrary;
import dev.ternary.foreign.Upcall;
import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Label;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The way from libtorch to a kernel in Java and back. A kernel of libtorch's C interface returns
 * nothing; it reports an error with a C++ exception. Java cannot throw one, and none may cross a
 * frame of Java. So libtorch calls a few instructions of machine code, which call the kernel; where
 * that returns the text of an error, they leave their own frame and jump to the function of
 * libtorch that throws. The exception then starts at the caller, in C++.
 */
final class Trampoline {

  /** {@code c10::detail::torchCheckFail(const char*, const char*, uint32_t, const char*)}. */
  static final String THROW = "_ZN3c106detail14torchCheckFailEPKcS2_jS2_";

  /** Code, functions and texts live as long as the operators: until the process ends. */
  private static final Arena FOREVER = Arena.global();

  private Trampoline() {}

  /** A kernel: the stack of arguments and results, and how many of each. */
  @FunctionalInterface
  interface Code {
    /** Runs it; 0. What it throws becomes the address of the text of an error. */
    long run(MemorySegment stack, long arguments, long results);
  }

  /** The address to register for {@code code}. */
  static MemorySegment of(Code code, NativeLibrary torch) {
    return ExecutableMemory.of(
        instructions(
            upcall(code).address(),
            FOREVER.allocateFrom("ternary").address(),
            torch.address(THROW).address()));
  }

  private static MemorySegment upcall(Code code) {
    try {
      MethodHandle run =
          MethodHandles.lookup()
              .findVirtual(
                  Code.class,
                  "run",
                  MethodType.methodType(long.class, MemorySegment.class, long.class, long.class))
              .bindTo(code);
      return Upcall.guarded(
          run,
          FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG),
          Failure.TEXT,
          FOREVER);
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw new LinkageError("the kernel interface has no method run", e);
    }
  }

  /** See the System V ABI for x86-64, section 3.2. */
  private static byte[] instructions(long kernel, long place, long fail) {
    var a = new Assembler();
    var failed = new Label();
    a.push(RBP); // aligns the stack to 16 bytes
    a.mov(RAX, kernel);
    a.call(RAX); // with the arguments as they came
    a.pop(RBP);
    a.test(RAX, RAX);
    a.jump(Condition.NOT_EQUAL, failed);
    a.ret();
    a.bind(failed);
    a.mov(RCX, RAX); // the message
    a.mov(RDI, place); // name of the function
    a.mov(RSI, RDI); // name of the file
    a.mov32(RDX, 0); // line
    a.mov(RAX, fail);
    a.jmp(RAX); // its caller is ours
    return a.toByteArray();
  }
}
