package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ternary.foreign.NativeLibrary;
import dev.ternary.foreign.Rethrow;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** The one system call that has no function of its own in the C library. */
final class SystemCalls {

  /** x86-64. */
  private static final long ARCH_PRCTL = 158;

  /** Linux 5.16, Documentation/arch/x86/xstate.rst. */
  private static final long ARCH_REQ_XCOMP_PERM = 0x1023;

  private static final long XTILEDATA = 18;

  private SystemCalls() {}

  /** Asks for the use of AMX tiles, for all threads of this process; whether it was granted. */
  static boolean permitsTiles() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return false;
    }
    MethodHandle syscall =
        NativeLibrary.system()
            .function(
                "syscall",
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    try {
      return (long) syscall.invokeExact(ARCH_PRCTL, ARCH_REQ_XCOMP_PERM, XTILEDATA) == 0;
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }
}
