package dev.ternary.cli.doctor;

import ai.djl.engine.Engine;
import dev.ternary.pytorch.Torch;

/** Whether libtorch loads. */
final class PyTorchCheck {

  private PyTorchCheck() {}

  static String describe() {
    try {
      Engine engine = Torch.start(1);
      return "libtorch " + engine.getVersion() + " loads: training works";
    } catch (IllegalStateException | UnsatisfiedLinkError e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return "libtorch does not load, so 'quickstart' cannot train here: " + cause.getMessage();
    }
  }
}
