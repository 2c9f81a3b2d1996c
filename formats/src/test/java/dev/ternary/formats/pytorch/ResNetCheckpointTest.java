package dev.ternary.formats.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pretrained files that others wrote years ago; expected values by describe_resnets.py. */
class ResNetCheckpointTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet20-12fca82f.th",
        "resnet32-d509ac18.th",
        "resnet44-014dd654.th",
        "resnet56-4bfd9763.th"
      })
  void readsEveryWeightAsPyTorchDoes(String name) throws IOException {
    Optional<Path> file =
        data().map(folder -> folder.resolve("resnet-cifar10").resolve(name)).filter(Files::exists);
    assumeTrue(file.isPresent(), "missing: resnet-cifar10/" + name + " in TERNARY_DATA");
    try (var checkpoint = PyTorchCheckpoint.open(file.orElseThrow())) {
      var root = (Map<?, ?>) checkpoint.root();
      var found = new ArrayList<String>();
      found.add(String.valueOf(root.get("best_prec1")));
      checkpoint
          .stateDict()
          .forEach((key, tensor) -> found.add(key + " " + tensor.shape() + " " + crc(tensor)));
      assertThat(found).isEqualTo(Golden.lines(name + ".txt"));
      assertThat(checkpoint.stateDict("module.")).containsKey("conv1.weight");
    }
  }

  private static long crc(Tensor tensor) {
    var crc = new CRC32();
    crc.update(tensor.data().asByteBuffer());
    return crc.getValue();
  }

  private static Optional<Path> data() {
    String property = System.getProperty("TERNARY_DATA", System.getenv("TERNARY_DATA"));
    List<Path> places =
        property == null
            ? List.of(Path.of("../../shared/data"), Path.of("../shared/data"))
            : List.of(Path.of(property));
    return places.stream().filter(Files::isDirectory).findFirst();
  }
}
