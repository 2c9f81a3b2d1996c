package dev.ternary.cli.train;

import dev.ternary.formats.TensorFile;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the weights of a network. */
final class Weights {

  /** What DataParallel puts before all names. */
  private static final String PARALLEL = "module.";

  private Weights() {}

  /** The tensors of a file of any kind, as floats in Java memory. */
  static Map<String, Tensor> read(Path file) throws IOException {
    try (TensorFile opened = TensorFiles.open(file)) {
      var tensors = new LinkedHashMap<String, Tensor>();
      for (String name : opened.names()) {
        tensors.put(name, opened.tensor(name).toTensor());
      }
      return copy(tensors);
    }
  }

  /** The file is unmapped when it was read. */
  private static Map<String, Tensor> copy(Map<String, Tensor> tensors) {
    var copy = new LinkedHashMap<String, Tensor>();
    int cut =
        tensors.keySet().stream().allMatch(name -> name.startsWith(PARALLEL))
            ? PARALLEL.length()
            : 0;
    tensors.forEach((name, tensor) -> {
      if (!name.endsWith("num_batches_tracked")) {
        copy.put(name.substring(cut), Tensor.of(tensor.shape(), tensor.toFloatArray()));
      }
    });
    return copy;
  }
}
