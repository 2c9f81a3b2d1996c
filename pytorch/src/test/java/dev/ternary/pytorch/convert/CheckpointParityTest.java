package dev.ternary.pytorch.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.pytorch.PyTorchCheckpoint;
import dev.ternary.kernel.Activations;
import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointParityTest {

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(CheckpointParityTest.class.getResource(name), name).toURI());
  }

  private static Operation layer(Map<String, Tensor> state, String name) {
    Tensor weight = Objects.requireNonNull(state.get(name + ".weight"), name);
    return Operation.Linear.ternary(
        Quantizer.optimal().perRow().quantize(name, weight).matrix(),
        Optional.ofNullable(state.get(name + ".bias")),
        Activations.FLOAT32);
  }

  /** make_digits.py finds the thresholds by trying all, and PyTorch computes the scores. */
  @Test
  void aCheckpointBecomesAPackedModelWithTheScoresThatPyTorchComputes(@TempDir Path folder)
      throws Exception {
    Path packed = folder.resolve("digits.safetensors");
    try (PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(resource("digits.pth"))) {
      Map<String, Tensor> state = checkpoint.stateDict("module.");
      Graph.sequence(Shape.of(64), layer(state, "fc1"), new Operation.Relu(), layer(state, "fc2"))
          .save(packed, IfExists.REFUSE);
    }
    float[] wanted = NpyFile.read(resource("digits-logits.npy")).toFloatArray();
    try (Model model = Model.load(packed)) {
      Tensor scores = model.predict(NpyFile.read(resource("digits.npy")));
      assertThat(scores.shape()).isEqualTo(Shape.of(200, 10));
      float[] found = scores.toFloatArray();
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i]).as("score %d", i).isCloseTo(wanted[i], within(2e-3f));
      }
    }
  }
}
