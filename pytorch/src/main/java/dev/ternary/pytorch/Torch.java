package dev.ternary.pytorch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** Starts PyTorch with settings that suit small networks. */
public final class Torch {

  private Torch() {}

  /**
   * Starts PyTorch, once a process, before anything else of DJL is used. Where the user did not set
   * the system properties that DJL reads, this sets them: the number of threads, no telemetry, and
   * no download at run time.
   *
   * <p>Small networks are fastest with one thread: OpenMP threads wait for each other in a busy
   * loop, and on cores that others use too, two of them were up to 37 times slower. A training
   * repeats bit for bit with the same seed only with the same number of threads.
   *
   * @param threads threads inside one operation, 1 or more
   * @throws IllegalStateException if PyTorch is missing; the message says what to add
   */
  public static Engine start(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("PyTorch needs 1 thread or more, got " + threads);
    }
    setIfAbsent("ai.djl.pytorch.num_threads", Integer.toString(threads));
    setIfAbsent("ai.djl.pytorch.num_interop_threads", "1");
    setIfAbsent("ai.djl.offline", "true");
    setIfAbsent("OPT_OUT_TRACKING", "true");
    setIfAbsent("ai.djl.default_engine", "PyTorch");
    // DJL looks for engines with the context class loader, which in a server may be any.
    Thread thread = Thread.currentThread();
    @Nullable ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(Torch.class.getClassLoader());
    try {
      return Engine.getEngine("PyTorch");
    } catch (EngineException | IllegalArgumentException | LinkageError e) {
      throw new IllegalStateException(reason(e), e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Says what to do about why PyTorch did not start. */
  static String reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains("already loaded in another classloader")) {
        return "PyTorch could not start: another class loader of this process has loaded it ("
            + message
            + "); a process can load it once: put DJL on the class path of the server, not of each"
            + " application";
      }
    }
    return "PyTorch could not start: put pytorch-engine, pytorch-jni and pytorch-native-cpu of DJL"
        + " on the class path, all three of the same family ("
        + failure.getMessage()
        + ")";
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
