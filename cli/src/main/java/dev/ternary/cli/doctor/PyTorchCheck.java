package dev.ternary.cli.doctor;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;

/** Whether libtorch loads. */
final class PyTorchCheck {

  private PyTorchCheck() {}

  static String describe() {
    try {
      Engine engine = Engine.getEngine("PyTorch");
      return "libtorch " + engine.getVersion() + " loads: training works";
    } catch (EngineException | UnsatisfiedLinkError e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return "libtorch does not load, so 'quickstart' cannot train here: " + cause.getMessage();
    }
  }
}
