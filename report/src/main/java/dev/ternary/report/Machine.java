package dev.ternary.report;

import dev.ternary.kernel.Kernels;

/** What a report was measured on. */
public final class Machine {

  private Machine() {}

  /** Kernel, JVM and cores in a few words. */
  public static String text() {
    return "kernel "
        + Kernels.best().name()
        + ", Java "
        + Runtime.version()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores";
  }
}
