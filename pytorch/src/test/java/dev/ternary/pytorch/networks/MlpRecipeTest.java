package dev.ternary.pytorch.networks;

import dev.ternary.pytorch.MnistData;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.training.Examples;
import dev.ternary.training.TrainingListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.nn.Block;
import java.util.List;
import org.junit.jupiter.api.Test;

class MlpRecipeTest {

  @Test
  void aTenthOfMnistTrainsATernaryNetworkOfMoreThan94Percent() throws Exception {
    var folder = MnistData.folder("mnist");
    assumeTrue(folder.isPresent(), "MNIST is missing: set TERNARY_DATA to the data folder");
    Torch.start(1);
    Examples train = MnistData.read(folder.get(), "train").slice(0, 6000);
    Examples test = MnistData.read(folder.get(), "t10k").slice(0, 2000);
    try (var trained =
        MlpRecipe.ternary(List.of(256, 256, 256), 5, 1)
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
