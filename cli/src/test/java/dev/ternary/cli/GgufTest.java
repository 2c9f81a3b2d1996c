package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.packed.TernaryMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file that gguf-py wrote, see golden_gguf.py of formats. */
class GgufTest {

  private static final Path MIXED = Path.of("../formats/src/test/resources/golden/gguf/mixed.gguf");

  @TempDir private Path folder;

  @Test
  void inspectShowsEncodingsAndTrits() {
    Ternary run = Ternary.run("inspect", MIXED);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("GGUF", "TQ1_0", "3 scales", "Q8_0", "BF16");
  }

  /** One tensor that is damaged does not hide the others. */
  @Test
  void inspectNamesADamagedTensor() throws IOException {
    byte[] bytes = Files.readAllBytes(MIXED);
    long offset;
    long size;
    try (TensorFile file = TensorFiles.open(MIXED)) {
      StoredTensor tq2 = file.tensor("tq2");
      size = tq2.bytes().byteSize();
      offset = bytesBefore(file, "tq2");
    }
    bytes[Math.toIntExact(offset + size - 1)] = 0x7c; // the last scale becomes infinite
    Path bad = Files.write(folder.resolve("bad.gguf"), bytes);
    Ternary run = Ternary.run("inspect", bad);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("damaged: ", "row 2 has a scale that is NaN or infinite", "q8");
  }

  /** Where a tensor's bytes begin: it and its file are mapped as one. */
  private static long bytesBefore(TensorFile file, String name) {
    long data = Math.ceilDiv(headerEnd(file), 32) * 32L;
    for (String each : file.names()) {
      if (each.equals(name)) {
        return data;
      }
      data += Math.ceilDiv(file.tensor(each).bytes().byteSize(), 32L) * 32L;
    }
    throw new IllegalArgumentException(name);
  }

  private static long headerEnd(TensorFile file) {
    long data =
        file.names().stream()
            .mapToLong(name -> Math.ceilDiv(file.tensor(name).bytes().byteSize(), 32L) * 32L)
            .sum();
    return file.path().toFile().length() - data;
  }

  @Test
  void convertDecodesBlocks() throws IOException {
    Path out = folder.resolve("out.safetensors");
    assertThat(Ternary.run("convert", MIXED, "-o", out).exitCode()).isZero();
    try (TensorFile from = TensorFiles.open(MIXED);
        TensorFile to = TensorFiles.open(out)) {
      assertThat(to.names()).containsExactlyInAnyOrderElementsOf(from.names());
      for (String name : from.names()) {
        assertThat(to.tensor(name).toTensor().toFloatArray())
            .as(name)
            .isEqualTo(from.tensor(name).toTensor().toFloatArray());
      }
    }
  }

  @Test
  void quantizeKeepsTritsThatAreThere() throws IOException {
    Path out = folder.resolve("out.safetensors");
    Ternary run = Ternary.run("quantize", MIXED, "-o", out, "--skip", "q4");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("3 tensors ternary already, with trits and scales as they were");
    try (TensorFile from = TensorFiles.open(MIXED);
        TensorFile to = TensorFiles.open(out)) {
      for (String name : new String[] {"tq1", "tq2", "one"}) {
        TernaryMatrix matrix = to.tensor(name).toTernary().orElseThrow().matrix();
        TernaryMatrix was = from.tensor(name).toTernary().orElseThrow().matrix();
        assertThat(matrix.trits()).isEqualTo(was.trits());
        assertThat(matrix.scales()).isEqualTo(was.scales());
      }
      assertThat(to.tensor("q8").toTernary()).isPresent();
      assertThat(to.tensor("q4").toTensor().toFloatArray())
          .isEqualTo(from.tensor("q4").toTensor().toFloatArray());
    }
  }
}
