package dev.ternary.cli.train;

import dev.ternary.formats.pytorch.PyTorchCheckpoint;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the weights of a network. */
final class Weights {

  private Weights() {}

  /** The tensors of a PyTorch checkpoint or a safetensors file, as floats in Java memory. */
  static Map<String, Tensor> read(Path file) throws IOException {
    if (file.toString().endsWith(".safetensors")) {
      try (var opened = SafetensorsFile.open(file)) {
        return copy(opened.tensors());
      }
    }
    try (var opened = PyTorchCheckpoint.open(file)) {
      return copy(opened.stateDict("module."));
    }
  }

  /** The file is unmapped when it was read. */
  private static Map<String, Tensor> copy(Map<String, Tensor> tensors) {
    var copy = new LinkedHashMap<String, Tensor>();
    tensors.forEach((name, tensor) -> {
      if (!name.endsWith("num_batches_tracked")) {
        copy.put(name, Tensor.of(tensor.shape(), tensor.toFloatArray()));
      }
    });
    return copy;
  }
}
