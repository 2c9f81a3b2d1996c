package dev.ternary.kernel;

/** What a look at this machine and JVM found out about one kernel. */
public sealed interface Probe {

  /** The kernel can run here. */
  record Usable(TernaryKernel kernel) implements Probe {}

  /** The kernel cannot run here. */
  record Unusable(String reason) implements Probe {}
}
