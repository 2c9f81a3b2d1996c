package dev.ternary.cli.pytorch;

import ai.djl.engine.Engine;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.bridge.TorchBridge;

/** Whether libtorch loads. */
final class PyTorchCheck {

  private PyTorchCheck() {}

  static String describe() {
    try {
      Engine engine = Torch.start(1);
      String bridge =
          switch (TorchBridge.state()) {
            case TorchBridge.State.Registered _ -> "packed kernels run inside it";
            case TorchBridge.State.Unavailable(String reason) ->
                "packed kernels do not run inside it: " + reason;
          };
      return "libtorch " + engine.getVersion() + " loads: training works, " + bridge;
    } catch (IllegalStateException | UnsatisfiedLinkError e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return "libtorch does not load, so 'quickstart' cannot train here: " + cause.getMessage();
    }
  }
}
