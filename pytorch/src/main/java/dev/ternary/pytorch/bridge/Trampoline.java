package dev.ternary.pytorch.bridge;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The way from libtorch to a kernel in Java and back. A kernel of libtorch's C interface returns
 * nothing; it reports an error with a C++ exception. Java cannot throw one, and none may cross a
 * frame of Java. So libtorch calls a few instructions of machine code, which call the kernel; where
 * that returns the text of an error, they leave their own frame and jump to the function of
 * libtorch that throws. The exception then starts at the caller, in C++.
 */
@SuppressWarnings("restricted") // makes a function of a method, and memory executable
final class Trampoline {

  /** {@code c10::detail::torchCheckFail(const char*, const char*, uint32_t, const char*)}. */
  static final String THROW = "_ZN3c106detail14torchCheckFailEPKcS2_jS2_";

  private static final long PAGE = 4096;
  private static final int READ_WRITE = 3;
  private static final int READ_EXECUTE = 5;
  private static final int PRIVATE_ANONYMOUS = 0x22;

  private static final Linker LINKER = Linker.nativeLinker();

  /** Code, functions and texts live as long as the operators: until the process ends. */
  private static final Arena FOREVER = Arena.global();

  private Trampoline() {}

  /** A kernel: the stack of arguments and results, and how many of each. */
  @FunctionalInterface
  interface Code {
    /** Runs it; the address of the text of an error, or 0. */
    long run(MemorySegment stack, long arguments, long results);
  }

  /** The address to register for {@code code}. */
  static MemorySegment of(Code code, SymbolLookup lookup) {
    return executable(
        instructions(
            upcall(code).address(),
            FOREVER.allocateFrom("ternary").address(),
            lookup.find(THROW).orElseThrow().address()));
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
      return LINKER.upcallStub(
          run, FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG), FOREVER);
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw new LinkageError("the kernel interface has no method run", e);
    }
  }

  /** See Intel's manual, volume 2, and the System V ABI for x86-64, section 3.2. */
  private static byte[] instructions(long kernel, long place, long fail) {
    ByteBuffer code = ByteBuffer.allocate(80).order(ByteOrder.LITTLE_ENDIAN);
    put(code, 0x55); // push rbp: aligns the stack to 16 bytes
    put(code, 0x48, 0xB8).putLong(kernel); // mov rax, kernel
    put(code, 0xFF, 0xD0); // call rax, with the arguments as they came
    put(code, 0x5D); // pop rbp
    put(code, 0x48, 0x85, 0xC0); // test rax, rax
    put(code, 0x75, 0x01); // jnz past the return
    put(code, 0xC3); // ret
    put(code, 0x48, 0x89, 0xC1); // mov rcx, rax: the message
    put(code, 0x48, 0xBF).putLong(place); // mov rdi, name of the function
    put(code, 0x48, 0x89, 0xFE); // mov rsi, rdi: name of the file
    put(code, 0x31, 0xD2); // xor edx, edx: line
    put(code, 0x48, 0xB8).putLong(fail); // mov rax, fail
    put(code, 0xFF, 0xE0); // jmp rax: its caller is ours
    byte[] bytes = new byte[code.position()];
    code.flip().get(bytes);
    return bytes;
  }

  private static ByteBuffer put(ByteBuffer code, int... bytes) {
    for (int b : bytes) {
      code.put((byte) b);
    }
    return code;
  }

  private static MemorySegment executable(byte[] code) {
    MethodHandle mmap =
        bind(
            "mmap",
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    MethodHandle mprotect =
        bind("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    try {
      MemorySegment page =
          (MemorySegment)
              mmap.invokeExact(MemorySegment.NULL, PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      if (page.address() == -1) {
        throw new IllegalStateException("the system gives no memory for code");
      }
      MemorySegment.copy(code, 0, page.reinterpret(PAGE), JAVA_BYTE, 0, code.length);
      if ((int) mprotect.invokeExact(page, PAGE, READ_EXECUTE) != 0) {
        throw new IllegalStateException("the system refuses executable memory");
      }
      return page;
    } catch (Throwable t) {
      throw Shim.rethrow(t);
    }
  }

  private static MethodHandle bind(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), type);
  }
}
