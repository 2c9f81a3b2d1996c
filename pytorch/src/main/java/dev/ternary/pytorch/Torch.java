package dev.ternary.pytorch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;

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
    try {
      return Engine.getEngine("PyTorch");
    } catch (EngineException e) {
      throw new IllegalStateException(
          "PyTorch could not start: put pytorch-engine, pytorch-jni and pytorch-native-cpu of DJL"
              + " on the class path, all three of the same family ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
