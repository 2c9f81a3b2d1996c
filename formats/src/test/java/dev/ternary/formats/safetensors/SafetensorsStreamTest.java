package dev.ternary.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.IfExists;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsStreamTest {

  private static final Tensor A = Tensor.of(Shape.of(3), (byte) 1, (byte) 2, (byte) 3);
  private static final Tensor B = Tensor.of(Shape.of(2), 4f, 5f);
  private static final Map<String, SafetensorsWriter.Entry> ENTRIES =
      Map.of(
          "a", SafetensorsWriter.Entry.of(DType.I8, A.shape()),
          "b", SafetensorsWriter.Entry.of(DType.F32, B.shape()));

  @TempDir private Path folder;

  @Test
  void theOrderOfWritingDoesNotMatter() throws IOException {
    Path whole = folder.resolve("whole");
    SafetensorsWriter.write(whole, Map.of("a", A, "b", B), Map.of(), IfExists.REFUSE);
    for (boolean aFirst : new boolean[] {true, false}) {
      Path streamed = folder.resolve("streamed");
      try (var out = SafetensorsWriter.create(streamed, ENTRIES, Map.of(), IfExists.REPLACE)) {
        out.write(aFirst ? "a" : "b", (aFirst ? A : B).data());
        out.write(aFirst ? "b" : "a", (aFirst ? B : A).data());
        out.finish();
      }
      assertThat(streamed).hasSameBinaryContentAs(whole);
    }
  }

  @Test
  void whatIsNotFinishedNeverWas() throws IOException {
    Path path = folder.resolve("x");
    try (var out = SafetensorsWriter.create(path, ENTRIES, Map.of(), IfExists.REFUSE)) {
      out.write("a", A.data());
      assertThatThrownBy(out::finish)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("tensor 'b' was not written");
      assertThatThrownBy(() -> out.write("a", A.data()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'a' was written already");
      assertThatThrownBy(() -> out.write("b", A.data()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'b' was to have 8 bytes, got 3");
      assertThatThrownBy(() -> out.write("c", A.data()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'c' was to have no bytes, got 3");
    }
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }
}
