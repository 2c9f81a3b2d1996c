package dev.ternary.nn;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.IfExists;
import dev.ternary.kernel.Activations;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifetimeTest {

  private static Path saved(Path dir) throws IOException {
    var trits = TernaryMatrix.pack(2, 3, new byte[] {1, 0, -1, 0, 1, 1});
    Graph graph =
        Graph.sequence(
            Shape.of(3),
            Operation.Linear.ternary(trits, Optional.empty(), Activations.FLOAT32),
            Operation.Linear.dense(Tensor.of(Shape.of(2, 2), 1f, 2, 3, 4), Optional.empty()));
    Path path = dir.resolve("m.safetensors");
    graph.save(path, IfExists.REFUSE);
    return path;
  }

  @Test
  void aViewThatOutlivesItsModelNamesTheFile(@TempDir Path dir) throws IOException {
    Path path = saved(dir);
    Model model = Model.load(path);
    Graph graph = model.graph();
    model.close();
    Operation.Linear ternary = (Operation.Linear) graph.nodes().getFirst().operation();
    assertThatThrownBy(() -> ternary.values().toDense())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            path
                + " is closed, and the ternary matrix [2, 3] is a view of it: read it before, or"
                + " copy what must live longer");
    Operation.Linear dense = (Operation.Linear) graph.nodes().getLast().operation();
    Tensor weights = dense.values().toDense();
    String message =
        path
            + " is closed, and tensor F32 [2, 2] is a view of it: read it before, or copy what must"
            + " live longer";
    assertThatThrownBy(() -> weights.getFloat(0)).hasMessage(message);
    assertThatThrownBy(weights::toFloatArray).hasMessage(message);
    assertThatThrownBy(weights::data).hasMessage(message);
  }
}
