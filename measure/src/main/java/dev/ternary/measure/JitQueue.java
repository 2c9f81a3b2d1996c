package dev.ternary.measure;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Whether the optimising compiler of this JVM works or has work to do. Code whose compilation takes
 * seconds runs at one and the same slow rate until it is done, which looks steady from outside.
 */
final class JitQueue {

  /** The level of C2, the optimising compiler, as HotSpot prints it. */
  private static final String OPTIMISED = "4";

  private JitQueue() {}

  /** Whether it is at work; false where the JVM does not say. */
  static boolean busy() {
    try {
      MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
      var diagnostics = new ObjectName("com.sun.management:type=DiagnosticCommand");
      return hasWork(String.valueOf(beans.invoke(diagnostics, "compilerQueue", null, null)));
    } catch (JMException _) {
      return false; // Not a HotSpot: then windows of equal rates must do.
    }
  }

  /**
   * Whether the answer of {@code jcmd PID Compiler.queue} has a method for C2, such as {@code 1751
   * % 4 Main::main @ 78 (120 bytes)}. Methods of the JDK's own packages for strings and management,
   * which asking keeps warm, do not count.
   */
  static boolean hasWork(String answer) {
    return answer.lines().map(String::strip).anyMatch(JitQueue::isOptimisation);
  }

  private static boolean isOptimisation(String line) {
    int method = line.indexOf("::");
    if (method < 0) {
      return false;
    }
    String before = line.substring(0, method);
    String name = before.substring(before.lastIndexOf(' ') + 1);
    boolean asking =
        name.startsWith("java.lang.")
            || name.startsWith("java.util.")
            || name.startsWith("javax.management.")
            || name.startsWith("com.sun.jmx.")
            || name.startsWith("sun.management.")
            || name.startsWith("com.sun.management.");
    boolean foreign = name.startsWith("java.lang.foreign.") || name.startsWith("java.lang.invoke.");
    return (foreign || !asking) && before.matches(".*\\s" + OPTIMISED + "\\s.*");
  }
}
