package dev.ternary.formats.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointConverterTest {

  @TempDir private Path folder;

  @Test
  void writesTheStateDictWithoutItsPrefix() throws IOException {
    Path out = folder.resolve("out.safetensors");
    CheckpointConverter.toSafetensors(Golden.path("small.pt"), out, "module.", IfExists.REFUSE);
    try (SafetensorsFile file = SafetensorsFile.open(out)) {
      assertThat(file.tensors().keySet()).containsExactlyInAnyOrder("a", "b");
      assertThat(file.tensor("a").toFloatArray()).containsExactly(1, 2);
      Tensor transposed = file.tensor("b");
      assertThat(transposed.shape()).isEqualTo(Shape.of(2, 2));
      assertThat(transposed.toFloatArray()).containsExactly(1, 3, 2, 4);
    }
  }

  @Test
  void leavesAnExistingFileAsItIs() throws IOException {
    Path out = Files.writeString(folder.resolve("out.safetensors"), "precious");
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() ->
            CheckpointConverter.toSafetensors(Golden.path("small.pt"), out, "", IfExists.REFUSE));
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() ->
            CheckpointConverter.toSafetensors(
                Golden.path("refused-module.pt"), out, "", IfExists.REPLACE));
    assertThat(out).hasContent("precious");
  }
}
