package dev.ternary.pytorch.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.nn.Block;
import dev.ternary.datasets.ImageDataset;
import dev.ternary.pytorch.DataFolder;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.training.Examples;
import dev.ternary.training.TrainingListener;
import java.util.List;
import org.junit.jupiter.api.Test;

class MlpRecipeTest {

  @Test
  void aTenthOfMnistTrainsATernaryNetworkOfMoreThan94Percent() throws Exception {
    var folder = DataFolder.of("mnist");
    assumeTrue(folder.isPresent(), "MNIST is missing: set TERNARY_DATA to the data folder");
    Torch.start(1);
    ImageDataset mnist = ImageDataset.mnist(folder.get());
    Examples train = mnist.train().examples().slice(0, 6000);
    Examples test = mnist.test().examples().slice(0, 2000);
    try (var trained =
        MlpRecipe.ternary(List.of(256, 256, 256), 5, 1, ImageDataset.BLACK)
            .train(train, test, new TrainingListener() {})) {
      assertThat(trained.testAccuracy()).isGreaterThan(0.94);
      assertThat(trained.history()).hasSize(5);
      int ternary = 0;
      for (Block block : trained.model().getBlock().getChildren().values()) {
        ternary += block instanceof TernaryLinear ? 1 : 0;
      }
      assertThat(ternary).isEqualTo(4);
    }
  }
}
