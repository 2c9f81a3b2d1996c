package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code inspect} and {@code run} say of files of every kind, damaged ones among them. */
class InspectTest {

  @TempDir private Path folder;

  @Test
  void showsANumpyArray() throws IOException {
    Path file = folder.resolve("x.npy");
    NpyFile.write(file, Tensor.of(Shape.of(2, 3), new float[6]), IfExists.REFUSE);
    Ternary run = Ternary.run("inspect", file);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("NumPy array", "F32", "[2, 3]", "24 B", "1 tensor, 6 elements");
  }

  @Test
  void showsTensorsAndMetadataOfSafetensors() throws IOException {
    Path file = folder.resolve("x.safetensors");
    Tensor one = Tensor.of(Shape.of(), 1L);
    SafetensorsWriter.write(file, Map.of("step", one), Map.of("by", "me"), IfExists.REFUSE);
    Ternary run = Ternary.run("inspect", file, "--metadata");
    assertThat(run.out()).contains("step", "I64", "[]", "by: me");
  }

  @Test
  void aMissingFileIsOneLine() {
    for (String command : new String[] {"inspect", "run"}) {
      Ternary run =
          command.equals("run")
              ? Ternary.run("run", folder.resolve("no.st"), "--input", folder.resolve("x.npy"))
              : Ternary.run("inspect", folder.resolve("no.st"));
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err().lines()).hasSize(1);
      assertThat(run.err()).contains("no.st").contains("exist");
    }
  }

  @Test
  void aFolderOrAnotherKindOfFileIsOneLine() throws IOException {
    Path text = Files.writeString(folder.resolve("readme.txt"), "A text of some length, no model.");
    for (Path path : List.of(folder, text)) {
      Ternary run = Ternary.run("inspect", path);
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err().lines()).as(run.err()).hasSize(1);
      assertThat(run.err()).contains(path.toString());
    }
  }

  @Test
  void runTellsAModelFromWeightsAndNamesBothShapes() throws IOException {
    Path weights = folder.resolve("weights.safetensors");
    Tensor w = Tensor.of(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f);
    SafetensorsWriter.write(weights, Map.of("w", w), Map.of(), IfExists.REFUSE);
    Path input = folder.resolve("x.npy");
    NpyFile.write(input, Tensor.of(Shape.of(1, 4), new float[4]), IfExists.REFUSE);
    Ternary plain = Ternary.run("run", weights, "--input", input);
    assertThat(plain.exitCode()).isEqualTo(1);
    assertThat(plain.err().lines()).as(plain.err()).hasSize(1);
    assertThat(plain.err()).contains("weights.safetensors");
    Path model = folder.resolve("model.safetensors");
    Graph.sequence(Shape.of(3), Operation.Linear.dense(w, Optional.empty()))
        .save(model, IfExists.REFUSE);
    Ternary shapes = Ternary.run("run", model, "--input", input);
    assertThat(shapes.exitCode()).isEqualTo(1);
    assertThat(shapes.err()).contains("[3]", "[1, 4]");
  }

  @Test
  void runWritesItsOutputsForNumpy() throws IOException {
    Tensor w = Tensor.of(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f);
    Path model = folder.resolve("model.safetensors");
    Graph.sequence(Shape.of(3), Operation.Linear.dense(w, Optional.empty()))
        .save(model, IfExists.REFUSE);
    Path input = folder.resolve("x.npy");
    NpyFile.write(input, Tensor.of(Shape.of(2, 3), 1f, 0f, 0f, 0f, 0f, 1f), IfExists.REFUSE);
    Path output = folder.resolve("y.npy");
    assertThat(Ternary.run("run", model, "--input", input, "--output", output).exitCode()).isZero();
    assertThat(NpyFile.read(output).toFloatArray()).containsExactly(1, 4, 3, 6);
    Ternary again = Ternary.run("run", model, "--input", input, "--output", output);
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err()).contains("y.npy").contains("exists");
  }
}
