package dev.ternary.measure;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.lang.management.ThreadMXBean;

/** What a time is made of. */
public enum Clock {
  /** The time that the CPU gave to the calling thread; what others do on the machine costs none. */
  CPU("CPU time"),
  /**
   * The time that the CPU gave to all threads of the process; Linux counts it in steps of 10 ms.
   */
  PROCESS("CPU time of all threads"),
  /** The time that passed. */
  ELAPSED("elapsed time");

  private static final OperatingSystemMXBean SYSTEM = ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final String words;

  Clock(String words) {
    this.words = words;
  }

  /** The clock for work on so many threads: the CPU's, if it is one and the JVM can tell. */
  public static Clock ofThreads(int threads) {
    return threads == 1 && THREADS.isCurrentThreadCpuTimeSupported() ? CPU : ELAPSED;
  }

  /**
   * The clock for CPU time of work on so many threads; the time that passed where none can tell.
   */
  public static Clock ofWork(int threads) {
    Clock one = ofThreads(threads);
    return threads > 1 && SYSTEM instanceof com.sun.management.OperatingSystemMXBean
        ? PROCESS
        : one;
  }

  /** Now, in nanoseconds since some moment of its own. */
  public long nanos() {
    return switch (this) {
      case CPU -> THREADS.getCurrentThreadCpuTime();
      case PROCESS ->
          SYSTEM instanceof com.sun.management.OperatingSystemMXBean process
              ? process.getProcessCpuTime()
              : System.nanoTime();
      case ELAPSED -> System.nanoTime();
    };
  }

  /** Its name for people, such as {@code CPU time}. */
  public String words() {
    return words;
  }
}
