package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.npy.NpzFile;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code inspect}, {@code convert} and {@code quantize} do with files as people have them. */
class FilesInUseTest {

  private static final Tensor W = Tensor.of(Shape.of(2, 2), 1f, -2f, 3f, -4f);

  @TempDir private Path folder;

  private Path named(String name) {
    return folder.resolve(name);
  }

  private Path out() {
    return named("out.safetensors");
  }

  /** A checkpoint of make_in_use.py of the formats module. */
  private Path checkpoint(String name, String as) throws IOException {
    Path file = named(as);
    try (InputStream bytes =
        Optional.ofNullable(FilesInUseTest.class.getResourceAsStream("in-use-" + name + ".pth"))
            .orElseThrow()) {
      Files.copy(bytes, file);
    }
    return file;
  }

  private Path write(String name, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    Path file = named(name);
    SafetensorsWriter.write(file, tensors, metadata, IfExists.REFUSE);
    return file;
  }

  @Test
  void everyCommandFindsTheStateDictAndSaysWhatItLeavesOut() throws IOException {
    Path in = checkpoint("metric", "model_best.pth.tar");
    String note = "note: took the tensors under 'state_dict' and left out those of 'best_acc1'";
    Ternary inspect = Ternary.run("inspect", in);
    assertThat(inspect.out()).contains("0.weight", "0.bias", "2 tensors, 8 elements");
    assertThat(inspect.err()).isEqualTo(note + System.lineSeparator());
    Ternary convert = Ternary.run("convert", in, "-o", out());
    assertThat(convert.out()).contains("2 tensors, 8 elements");
    assertThat(convert.err()).contains(note);
    Ternary quantize = Ternary.run("quantize", in, "-o", named("q.safetensors"));
    assertThat(quantize.out()).contains("1 tensor quantized, 1 copied");
    assertThat(quantize.err()).contains(note);
  }

  @Test
  void aKeyNamesThePartOfACheckpoint() throws IOException {
    Path in = checkpoint("other-key", "gan.PTH");
    assertThat(Ternary.run("inspect", in).out()).contains("generator.0.weight");
    assertThat(Ternary.run("inspect", in, "--key", "generator").out())
        .contains("0.weight")
        .doesNotContain("generator.0");
    assertThat(Ternary.run("convert", in, "-o", out(), "--key", "generator").exitCode()).isZero();
    try (SafetensorsFile file = SafetensorsFile.open(out())) {
      assertThat(file.tensors()).containsOnlyKeys("0.weight", "0.bias");
    }
    Ternary quantize = Ternary.run("quantize", in, "-o", named("q"), "--key", "generator");
    assertThat(quantize.out()).contains("1 tensor quantized, 1 copied");
    Ternary wrong = Ternary.run("inspect", in, "--key", "model");
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err()).contains("no tensors under 'model'", "'generator', 'optimizer'");
    Ternary none = Ternary.run("inspect", out(), "--key", "x");
    assertThat(none.err()).contains("is no PyTorch checkpoint");
  }

  @Test
  void tensorsOfOtherTypesAreCopiedOrLeftOutAndNeverInTheWay() throws IOException {
    Path in = checkpoint("strange", "strange.pt");
    assertThat(Ternary.run("inspect", in).out()).contains("C64", "F8_E4M3", "U16", "C128");
    for (String command : new String[] {"convert", "quantize"}) {
      Ternary run = Ternary.run(command, in, "-o", named(command));
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.err().lines()).hasSize(1);
      assertThat(run.err()).contains("left out 'z' (C128), for which safetensors has no type");
      try (TensorFile file = TensorFiles.open(named(command))) {
        assertThat(file.names()).containsExactlyInAnyOrder("w", "c", "f", "u");
        assertThat(file.tensor("f").encoding()).isEqualTo("F8_E4M3");
        assertThat(file.tensor("u").bytes().toArray(ValueLayout.JAVA_BYTE))
            .containsExactly(1, 0, 3, 0, -1, -1, 4, 0);
      }
    }
  }

  @Test
  void convertSaysThatTiedWeightsAreWrittenTwice() throws IOException {
    Ternary run = Ternary.run("convert", checkpoint("tied", "tied.pth"), "-o", out());
    assertThat(run.exitCode()).isZero();
    assertThat(run.err())
        .contains(
            "note: 'head.weight' is 'embed.weight' under another name; each is written whole");
  }

  @Test
  void archivesOfArraysAreConverted() throws IOException {
    Path in = named("mlp.npz");
    NpzFile.write(in, Map.of("w", W), NpzFile.Compression.STORED, IfExists.REFUSE);
    assertThat(Ternary.run("convert", in, "-o", out()).out()).contains("1 tensor, 4 elements");
    try (SafetensorsFile file = SafetensorsFile.open(out())) {
      assertThat(file.tensor("w").toFloatArray()).containsExactly(1, -2, 3, -4);
    }
  }

  @Test
  void quantizeKeepsTheMetadata() throws IOException {
    Path in = write("in", Map.of("w", W), Map.of("modelspec.title", "t", "ternary.note", "x"));
    assertThat(Ternary.run("quantize", in, "-o", out()).exitCode()).isZero();
    try (SafetensorsFile file = SafetensorsFile.open(out())) {
      assertThat(file.metadata())
          .containsEntry("modelspec.title", "t")
          .containsEntry("format", "pt")
          .containsEntry("ternary.version", "1")
          .doesNotContainKey("ternary.note");
    }
  }

  @Test
  void aNameThatTheScalesNeedIsSaidBeforeTheWork() throws IOException {
    Path in = write("in", Map.of("w", W, "w.scale", W), Map.of());
    Ternary run = Ternary.run("quantize", in, "-o", out());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("the scales of 'w' would be called 'w.scale'", "--skip 'w'");
    assertThat(Ternary.run("quantize", in, "-o", out(), "--skip", "w").exitCode()).isZero();
  }

  @Test
  void weightsThatAreZeroInTheFileAreNoFaultOfTheMethod() throws IOException {
    Tensor zero = Tensor.of(Shape.of(2, 2), new float[4]);
    Ternary run = Ternary.run("quantize", write("in", Map.of("z", zero), Map.of()), "-o", out());
    assertThat(run.exitCode()).isZero();
    assertThat(run.err())
        .contains("all weights of z are 0 in " + named("in"))
        .doesNotContain("absmean");
  }

  @Test
  void aFileThatIsQuantizedAlreadyIsPointedOut() throws IOException {
    Tensor bytes = new Tensor(DType.U8, Shape.of(1, 2), MemorySegment.ofArray(new byte[2]));
    Map<String, Tensor> bitnet =
        Map.of("q.weight", bytes, "q.weight_scale", Tensor.of(Shape.of(1), 1f), "embed", W);
    Ternary run = Ternary.run("quantize", write("in", bitnet, Map.of()), "-o", out());
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).contains("'q.weight' is U8", "quantized already");
  }

  @Test
  void theInputIsNeverWrittenOver() throws IOException {
    Path in = write("in.safetensors", Map.of("w", W), Map.of());
    byte[] before = Files.readAllBytes(in);
    Path link = Files.createSymbolicLink(named("link"), in);
    for (String command : new String[] {"convert", "quantize"}) {
      for (Path to : new Path[] {in, link, named(".").resolve("in.safetensors")}) {
        Ternary run = Ternary.run(command, in, "-o", to, "--force");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("cannot write to " + to + ": it is the file that is read");
      }
    }
    Path model = Files.createDirectory(named("hf"));
    Path shard = Files.copy(in, model.resolve("model.safetensors"));
    Ternary run = Ternary.run("quantize", model, "-o", shard, "--force");
    assertThat(run.err()).contains("cannot write to " + shard + ": it is in the folder " + model);
    assertThat(in).hasBinaryContent(before);
    assertThat(shard).hasBinaryContent(before);
  }

  @Test
  void aFolderIsNoOutput() throws IOException {
    Path in = write("in", Map.of("w", W), Map.of());
    for (String force : new String[] {"--strip-prefix=", "--force"}) {
      Ternary run = Ternary.run("convert", in, "-o", folder, force);
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err()).contains("cannot write " + folder + ": it is a directory; name the");
    }
  }

  @Test
  void theRuleForNetworksThatExistIsOptimal() throws IOException {
    // 0.5 and 4: absmean's scale is 2.25, the least error has 4 alone.
    Tensor w = Tensor.of(Shape.of(1, 2), 0.5f, 4f);
    assertThat(
            Ternary.run("quantize", write("in", Map.of("w", w), Map.of()), "-o", out()).exitCode())
        .isZero();
    try (TensorFile file = TensorFiles.open(out())) {
      assertThat(file.tensor("w").toTensor().toFloatArray()).containsExactly(0, 4);
    }
  }

  @Test
  void saysWhatOtherFilesAre() throws IOException {
    Map<String, String> files =
        Map.of(
            "a,b\n1,2\n",
            "found a text file such as a CSV table",
            "\u0089PNG\r\n\u001a\n....",
            "found a PNG image",
            "\b\u0007\u0012\u0007pytorch",
            "found an ONNX file",
            "{\"metadata\": {}, \"weight_map\": {\"w\": \"m-1.safetensors\"}}",
            "found a JSON file, an index of shards; give the folder that it is in");
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = Files.writeString(named("x"), file.getKey(), StandardCharsets.ISO_8859_1);
      Ternary run = Ternary.run("inspect", path);
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err().lines()).hasSize(1);
      assertThat(run.err()).contains(file.getValue());
    }
  }

  @Test
  void idxOfAnyTypeAndName() throws IOException {
    // I32 [2, 3], big-endian.
    byte[] bytes = new byte[12 + 24];
    bytes[2] = 12;
    bytes[3] = 2;
    bytes[7] = 2;
    bytes[11] = 3;
    for (int i = 0; i < 6; i++) {
      bytes[12 + 4 * i + 3] = (byte) i;
    }
    Path in = Files.write(named("qmnist-train-labels-idx2-int"), bytes);
    assertThat(Ternary.run("inspect", in).out()).contains("idx array", "I32", "[2, 3]");
    assertThat(Ternary.run("convert", in, "-o", out()).exitCode()).isZero();
    try (SafetensorsFile file = SafetensorsFile.open(out())) {
      assertThat(file.tensor("array").toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
    }
  }

  @Test
  void namesDoNotReachTheTerminalAsTheyAre() throws IOException {
    String name = "a\u202eb\u001b[31m\n\u2028";
    Path in = write("in", Map.of(name, W), Map.of("k\u202e", "v\u2066"));
    Ternary inspect = Ternary.run("inspect", in, "--metadata");
    assertThat(inspect.out()).contains("a?b?[31m??", "k?: v?");
    assertThat(inspect.out() + Ternary.run("quantize", in, "-o", out()).out())
        .doesNotContain("\u202e", "\u2066", "\u2028", "\u001b[31m");
    Ternary error = Ternary.run("inspect", named("\u202eno"));
    assertThat(error.err()).contains("?no").doesNotContain("\u202e");
  }

  @Test
  void aPipeIsNoFile() {
    Path pipe = Path.of("/dev/null");
    Ternary run = Ternary.run("inspect", pipe);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("cannot read /dev/null: it is a pipe or device and no file");
  }

  @Test
  void anArrayOfAnyTypeIsListed() throws IOException {
    Path in = named("u2.npy");
    NpyFile.write(
        in,
        new Tensor(DType.I16, Shape.of(2), MemorySegment.ofArray(new byte[4])),
        IfExists.REFUSE);
    byte[] bytes = Files.readAllBytes(in);
    String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("<i2", "<u2");
    Files.writeString(in, text, StandardCharsets.ISO_8859_1);
    assertThat(Ternary.run("inspect", in).out()).contains("U16", "[2]", "4 B");
    assertThat(Ternary.run("convert", in, "-o", out()).exitCode()).isZero();
    try (TensorFile file = TensorFiles.open(out())) {
      assertThat(file.tensor("array").encoding()).isEqualTo("U16");
    }
  }
}
