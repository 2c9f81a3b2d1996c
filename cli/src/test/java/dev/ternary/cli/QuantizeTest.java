package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpzFile;
import dev.ternary.formats.packed.PackedModelFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizeTest {

  @TempDir private Path folder;
  private Path in;
  private Path out;

  @BeforeEach
  void writeWeights() throws IOException {
    in = folder.resolve("in.safetensors");
    out = folder.resolve("out.safetensors");
    var tensors = new LinkedHashMap<String, Tensor>();
    // The worked example of the 1.58-bit fine-tuning report of HuggingFace.
    tensors.put(
        "fc.weight", Tensor.of(Shape.of(3, 3), .8f, -.5f, 1.2f, -1.5f, .4f, -.9f, 1.3f, -.7f, .2f));
    tensors.put("fc.bias", Tensor.of(Shape.of(3), 1f, 2f, 3f));
    tensors.put("head.weight", Tensor.of(Shape.of(1, 3), .1f, .2f, .3f));
    SafetensorsWriter.write(in, tensors, Map.of(), IfExists.REFUSE);
  }

  @Test
  void writesThePackedFileAndReportsEachTensor() throws IOException {
    Ternary run =
        Ternary.run(
            "quantize",
            in,
            "-o",
            out,
            "--method",
            "absmean",
            "--granularity",
            "tensor",
            "--skip",
            "head*");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("fc.weight", "22.22 %", "1 tensor quantized, 2 copied");
    try (PackedModelFile file = PackedModelFile.open(out)) {
      byte[] row = new byte[3];
      file.model().ternary().get("fc.weight").matrix().unpackRow(1, row);
      assertThat(row).containsExactly(-1, 0, -1);
      assertThat(file.model().plain().get("head.weight").getFloat(2)).isEqualTo(.3f);
    }
    Ternary inspect = Ternary.run("inspect", out);
    assertThat(inspect.out()).contains("packed ternary model", "ternary base243", "33.33 %");
  }

  @Test
  void refusesAnExistingFileWithoutForce() throws IOException {
    Files.writeString(out, "precious");
    Ternary refused = Ternary.run("quantize", in, "-o", out);
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err().lines()).hasSize(1);
    assertThat(refused.err()).contains(out.toString(), "exists", "--force");
    assertThat(out).hasContent("precious");
    assertThat(Ternary.run("quantize", in, "-o", out, "--force").exitCode()).isZero();
  }

  @Test
  void warnsOfAnAllZeroLayer() {
    Ternary run = Ternary.run("quantize", in, "-o", out, "--method", "absolute:7");
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).contains("all weights of fc.weight became 0", "absmean");
  }

  @Test
  void namesTheWeightThatIsNotANumber() throws IOException {
    Path broken = folder.resolve("nan.safetensors");
    SafetensorsWriter.write(
        broken,
        Map.of("w", Tensor.of(Shape.of(2, 2), 1f, 2f, Float.NaN, 4f)),
        Map.of(),
        IfExists.REFUSE);
    Ternary run = Ternary.run("quantize", broken, "-o", out);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("'w'", "NaN", "[1, 0]");
    assertThat(out).doesNotExist();
  }

  @Test
  void refusesWhatIsNoSafetensorsFile() throws IOException {
    Path text = Files.writeString(folder.resolve("text.safetensors"), "not a model at all, no");
    Ternary run = Ternary.run("quantize", text, "-o", out);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("text.safetensors at byte 0");
  }

  @Test
  void takesAPyTorchCheckpointWhateverItsName() throws IOException {
    Path renamed = folder.resolve("net.safetensors");
    try (InputStream bytes =
        Optional.ofNullable(QuantizeTest.class.getResourceAsStream("small.pt")).orElseThrow()) {
      Files.copy(bytes, renamed);
    }
    Ternary run = Ternary.run("quantize", renamed, "-o", out);
    // It is read; of its two tensors one is of integers and the other of rank 1.
    assertThat(run.err()).contains("no floating-point tensor of rank 2");
    assertThat(Ternary.run("convert", renamed, "-o", out).exitCode()).isZero();
  }

  @Test
  void takesAnArchiveOfArrays() throws IOException {
    Path archive = folder.resolve("weights");
    NpzFile.write(
        archive,
        Map.of("w", Tensor.of(Shape.of(2, 2), 1f, -1f, 0f, 1f), "b", Tensor.of(Shape.of(1), 1f)),
        NpzFile.Compression.DEFLATED,
        IfExists.REFUSE);
    Ternary run = Ternary.run("quantize", archive, "-o", out);
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("1 tensor quantized, 1 copied");
  }

  @Test
  void tensorsOfUnknownTypesAreCopiedByteForByte() throws IOException {
    byte[] json =
        """
        {"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},\
        "x":{"dtype":"F9_NEW","shape":[3],"data_offsets":[8,11]}}\
        """
            .getBytes(StandardCharsets.UTF_8);
    Path strange = folder.resolve("strange.safetensors");
    Files.write(
        strange,
        ByteBuffer.allocate(8 + json.length + 11)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .putFloat(1)
            .putFloat(-1)
            .put(new byte[] {7, 8, 9})
            .array());
    assertThat(Ternary.run("inspect", strange).out()).contains("F9_NEW", "[3]", "3 B");
    Ternary run = Ternary.run("quantize", strange, "-o", out);
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("1 tensor quantized, 1 copied");
    byte[] written = Files.readAllBytes(out);
    assertThat(Arrays.copyOfRange(written, written.length - 3, written.length))
        .containsExactly(7, 8, 9);
    assertThat(Ternary.run("inspect", out).out()).contains("F9_NEW", "packed ternary model");
  }

  @Test
  void saysWhatAWrongFileIs() throws IOException {
    Path image = folder.resolve("model.safetensors");
    Files.write(image, new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 16});
    Ternary run = Ternary.run("quantize", image, "-o", out);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("found a JPEG image");
    assertThat(out).doesNotExist();
  }

  @Test
  void refusesAnOutputFolderThatIsNotThere() {
    Ternary run = Ternary.run("quantize", in, "-o", folder.resolve("no/such/out"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("no/such");
  }

  @Test
  void aWrongMethodNamesTheRightOnes() {
    Ternary run = Ternary.run("quantize", in, "-o", out, "--method", "median");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("'median'", "absmean", "optimal");
  }

  @Test
  void aPackedModelIsNotQuantizedTwice() {
    assertThat(Ternary.run("quantize", in, "-o", out).exitCode()).isZero();
    Ternary again = Ternary.run("quantize", out, "-o", folder.resolve("again"));
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err()).contains("packed model format already");
  }

  /** A file with a hole: it takes no room. */
  @Test
  void refusesATensorThatIsTooLargeBeforeItTakesAnother() throws IOException {
    String header =
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[0,8]},"
            + "\"huge\":{\"dtype\":\"F16\",\"shape\":[65536,32768],\"data_offsets\":[8,4294967304]}}";
    Path huge = folder.resolve("huge.safetensors");
    try (var file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length()).array());
      file.write(header.getBytes(StandardCharsets.UTF_8));
      file.setLength(8 + header.length() + 4294967304L);
    }
    Ternary run = Ternary.run("quantize", huge, "-o", out);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("tensor 'huge' has 2147483648 weights", "--skip 'huge'");
    assertThat(out).doesNotExist();
  }
}
