package dev.ternary.formats.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.Corruption;
import dev.ternary.formats.FormatException;
import dev.ternary.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchScriptArchiveTest {

  @TempDir private Path folder;

  private static final String CODE = "net/code/__torch__.py";

  /** Records of an archive: one module without attributes, no constants, one empty class. */
  private static Map<String, byte[]> records() {
    var records = new TreeMap<String, byte[]>();
    records.put("net/data.pkl", latin("\u0080\u0002c__torch__\nNet\n)\u0081}b."));
    records.put("net/constants.pkl", latin("\u0080\u0002)."));
    records.put(CODE, latin("class Net(Module):\n  pass\n"));
    return records;
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** An archive as PyTorch writes it: texts may be compressed, all else is not. */
  private Path archive(Map<String, byte[]> records, boolean compressed) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> record : records.entrySet()) {
        var entry = new ZipEntry(record.getKey());
        if (!compressed || !record.getKey().endsWith(".py")) {
          var sum = new CRC32();
          sum.update(record.getValue());
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(record.getValue().length);
          entry.setCrc(sum.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(record.getValue());
      }
    }
    return Files.write(folder.resolve("net.pt"), bytes.toByteArray());
  }

  private static <T> T get(Map<String, ?> from, String name, Class<T> type) {
    return type.cast(Objects.requireNonNull(from.get(name), name));
  }

  @Test
  void readsModulesWithTheirClassesAndTheProgram() throws IOException {
    Path path = Golden.path("torchscript.pt");
    assertThat(TorchScriptArchive.is(path)).isTrue();
    try (var archive = TorchScriptArchive.open(path)) {
      assertThat(archive.path()).isEqualTo(path);
      assertThat(archive.module().type()).startsWith("__torch__.");
      ScriptModule body = get(archive.module().attributes(), "body", ScriptModule.class);
      assertThat(body.type()).isEqualTo("__torch__.torch.nn.modules.container.Sequential");
      ScriptModule linear = get(body.attributes(), "0", ScriptModule.class);
      Tensor weight = get(linear.attributes(), "weight", Tensor.class);
      assertThat(weight.toFloatArray()).containsExactly(1, 2);
      ScriptCode code =
          get(archive.code(), "code/__torch__/torch/nn/modules/linear.py", ScriptCode.class);
      assertThat(code.text()).contains("torch.linear(input, weight, bias)");
      assertThat(archive.constants()).isEmpty();
      assertThat(archive.tracedInputs()).isEmpty();
    }
  }

  @Test
  void otherFilesAreNone() throws IOException {
    for (String name : new String[] {"small.pt", "legacy.pt", "tar.pt", "make_checkpoints.py"}) {
      assertThat(TorchScriptArchive.is(Golden.path(name))).as(name).isFalse();
    }
    assertThat(TorchScriptArchive.is(folder)).isFalse();
    assertThatThrownBy(() -> TorchScriptArchive.open(Golden.path("small.pt")))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("not TorchScript: it has no record NAME/code/*.py");
    assertThatThrownBy(() -> TorchScriptArchive.open(Golden.path("legacy.pt")))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("not TorchScript, which is a zip archive");
  }

  @Test
  void refusesWhatIsMissingOrTooLarge() throws IOException {
    Map<String, byte[]> records = records();
    records.remove("net/constants.pkl");
    assertThatThrownBy(() -> TorchScriptArchive.open(archive(records, false)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("there is no zip record net/constants.pkl");
    Map<String, byte[]> large = records();
    large.put(CODE, new byte[(8 << 20) + 1]);
    assertThatThrownBy(() -> TorchScriptArchive.open(archive(large, true)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("has 8388609 bytes, more than 8388608");
    Map<String, byte[]> list = records();
    list.put("net/data.pkl", latin("\u0080\u0002)."));
    assertThatThrownBy(() -> TorchScriptArchive.open(archive(list, false)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("must hold a module, holds a list of 0");
  }

  @Test
  void damageIsSaid() throws IOException {
    for (boolean compressed : new boolean[] {false, true}) {
      Corruption.check(
          archive(records(), compressed),
          path -> {
            try (var archive = TorchScriptArchive.open(path)) {
              assertThat(archive.module()).isNotNull();
            }
          });
    }
  }
}
