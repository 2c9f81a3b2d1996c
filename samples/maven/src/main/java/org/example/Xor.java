package org.example;

import dev.ternary.formats.IfExists;
import dev.ternary.kernel.Activations;
import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A ternary network of two layers: made, saved, loaded and run. */
public final class Xor {

  private Xor() {}

  /** {@code h = relu(a + b, a + b - 1, a + b - 1)}, {@code y = h0 - h1 - h2}. */
  static Graph network() {
    TernaryMatrix hidden = TernaryMatrix.pack(3, 2, new byte[] {1, 1, 1, 1, 1, 1});
    TernaryMatrix out = TernaryMatrix.pack(1, 3, new byte[] {1, -1, -1});
    Tensor bias = Tensor.of(Shape.of(3), 0f, -1, -1);
    return Graph.sequence(
        Shape.of(2),
        Operation.Linear.ternary(hidden, Optional.of(bias), Activations.FLOAT32),
        new Operation.Relu(),
        Operation.Linear.ternary(out, Optional.empty(), Activations.FLOAT32));
  }

  static float[] predict(float[] pairs) throws IOException {
    Path file = Files.createTempFile("xor", ".safetensors");
    try {
      network().save(file, IfExists.REPLACE);
      try (Model model = Model.load(file)) {
        return model.predict(pairs);
      }
    } finally {
      Files.delete(file);
    }
  }

  public static void main(String[] args) throws IOException {
    float[] pairs = {0, 0, 0, 1, 1, 0, 1, 1};
    float[] results = predict(pairs);
    for (int i = 0; i < results.length; i++) {
      System.out.println(
          (int) pairs[2 * i] + " xor " + (int) pairs[2 * i + 1] + " = " + (int) results[i]);
    }
  }
}
