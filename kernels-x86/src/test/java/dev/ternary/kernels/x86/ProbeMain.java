package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ternary.kernel.Probe;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** Probes one tier in a JVM of its own and prints the outcome. */
final class ProbeMain {

  /** Linux 6.3, include/uapi/linux/prctl.h. */
  private static final int PR_SET_MDWE = 65;

  private static final long REFUSE_EXEC_GAIN = 1;

  private ProbeMain() {}

  /** Arguments: a tier and, to forbid memory that turns executable, {@code locked}. */
  public static void main(String[] args) throws Throwable {
    String state = args.length > 1 && !lock() ? "cannot lock" : describe(Tier.valueOf(args[0]));
    try (var out =
        new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8)) {
      out.println(state);
    }
  }

  private static String describe(Tier tier) {
    return switch (tier.probe()) {
      case Probe.Usable usable -> "usable as " + usable.kernel().name();
      case Probe.Unusable unusable -> "unusable: " + unusable.reason();
    };
  }

  @SuppressWarnings("restricted") // binds prctl
  private static boolean lock() throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle prctl =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("prctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    return (int) prctl.invokeExact(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0L, 0L, 0L) == 0;
  }
}
