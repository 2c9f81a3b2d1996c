package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Writes the weights of PyTorch checkpoints as safetensors, which hold nothing but tensors. */
public final class CheckpointConverter {

  private CheckpointConverter() {}

  /**
   * Writes the state dict of {@code in}, as {@link PyTorchCheckpoint#stateDict(String)} gives it.
   * Tensors that share memory are written once each.
   *
   * @param prefix what to cut off where all names begin with it; empty to keep names as they are
   * @throws FormatException if {@code in} is no checkpoint that can be read
   * @throws IOException if a file cannot be read or written; {@code out} is as before then
   */
  public static void toSafetensors(Path in, Path out, String prefix, IfExists ifExists)
      throws IOException {
    try (PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(in)) {
      Map<String, Tensor> tensors = checkpoint.stateDict(prefix);
      SafetensorsWriter.write(out, tensors, Map.of(), ifExists);
    }
  }
}
