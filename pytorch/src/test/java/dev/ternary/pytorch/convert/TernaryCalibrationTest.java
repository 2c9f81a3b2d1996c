package dev.ternary.pytorch.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import dev.ternary.datasets.CifarData;
import dev.ternary.formats.pytorch.PyTorchCheckpoint;
import dev.ternary.pytorch.DataFolder;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.networks.CifarResNet;
import dev.ternary.pytorch.training.TorchClassifier;
import dev.ternary.quant.OutputFit;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Tensor;
import dev.ternary.training.Examples;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TernaryCalibrationTest {

  @BeforeAll
  static void start() {
    Torch.start(1);
  }

  private static double error(float[] x, float[] y, byte[] trits, double scale) {
    int n = trits.length;
    double error = 0;
    for (int i = 0; i < y.length; i++) {
      double found = 0;
      for (int k = 0; k < n; k++) {
        found += x[i * n + k] * trits[k] * scale;
      }
      error += (y[i] - found) * (y[i] - found);
    }
    return error;
  }

  /** All 3^6 rows with their best scale each are few enough to try. */
  @Test
  void theFitOfARowComesNearTheBestOfAllAndIsNeverWorseThanItsStart() {
    var random = new SplittableRandom(2);
    int n = 6;
    int best = 0;
    for (int trial = 0; trial < 30; trial++) {
      float[] x = new float[40 * n];
      float[] y = new float[40];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian();
      }
      for (int i = 0; i < y.length; i++) {
        y[i] = x[i * n] - 0.6f * x[i * n + 1] + (float) random.nextGaussian() / 3;
      }
      float[] gram = new float[n * n];
      float[] cross = new float[n];
      for (int i = 0; i < y.length; i++) {
        for (int a = 0; a < n; a++) {
          cross[a] += x[i * n + a] * y[i];
          for (int b = 0; b < n; b++) {
            gram[a * n + b] += x[i * n + a] * x[i * n + b];
          }
        }
      }
      double least = Double.MAX_VALUE;
      for (int code = 0; code < 729; code++) {
        byte[] t = new byte[n];
        double product = 0;
        double square = 0;
        for (int k = 0, rest = code; k < n; k++, rest /= 3) {
          t[k] = (byte) (rest % 3 - 1);
        }
        for (int a = 0; a < n; a++) {
          product += t[a] * cross[a];
          for (int b = 0; b < n; b++) {
            square += t[a] * t[b] * gram[a * n + b];
          }
        }
        least = Math.min(least, error(x, y, t, square == 0 ? 0 : product / square));
      }
      byte[] trits = {1, 0, 1, 0, 0, -1};
      double before = error(x, y, trits, 0.5);
      float scale = OutputFit.fit(gram, cross, trits);
      double found = error(x, y, trits, scale);
      assertThat(found).isLessThanOrEqualTo(before);
      best += found < least * 1.0001 ? 1 : 0;
    }
    assertThat(best).isGreaterThan(20);
  }

  private static Model model(Optional<TernaryOptions> ternary, Map<String, Tensor> state) {
    Model model = Model.newInstance("resnet", "PyTorch");
    SequentialBlock net = CifarResNet.network(20, ternary);
    model.setBlock(net);
    net.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 3, 32, 32));
    CifarResNet.load(net, state);
    return model;
  }

  @Test
  void aPretrainedResNetKeepsItsAccuracyWithoutTraining() throws Exception {
    var weights = DataFolder.of("resnet-cifar10");
    var images = DataFolder.of("cifar10");
    assumeTrue(
        weights.isPresent() && images.isPresent(),
        "CIFAR-10 or the checkpoints are missing: set TERNARY_DATA to the data folder");
    Examples test = CifarData.read(images.get().resolve("test.jpeg.tar.gz")).slice(0, 400);
    Examples train = CifarData.read(images.get().resolve("train.jpeg.tar.gz"));
    try (var checkpoint = PyTorchCheckpoint.open(weights.get().resolve("resnet20-12fca82f.th"))) {
      Map<String, Tensor> state = checkpoint.stateDict("module.");
      var options = TernaryOptions.of(Quantizer.optimal().perRow());
      try (Model floating = model(Optional.empty(), state);
          Model ternary = model(Optional.of(options), state)) {
        assertThat(new TorchClassifier(floating).accuracy(test)).isGreaterThan(0.74);
        assertThat(new TorchClassifier(ternary).accuracy(test)).isLessThan(0.3);
        TernaryCalibration.fit(floating.getBlock(), ternary.getBlock(), train.slice(0, 128));
        TernaryCalibration.renormalise(ternary.getBlock(), train.slice(0, 256));
        assertThat(new TorchClassifier(ternary).accuracy(test)).isGreaterThan(0.68);
      }
      var missing = new HashMap<>(state);
      missing.remove("layer2.1.bn2.running_var");
      assertThatThrownBy(() -> model(Optional.empty(), missing).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the checkpoint has no 'layer2.1.bn2.running_var'");
      var wrong = new HashMap<>(state);
      wrong.put("linear.bias", Tensor.of(dev.ternary.tensor.Shape.of(2), 1f, 2f));
      assertThatThrownBy(() -> model(Optional.empty(), wrong).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("'linear.bias' must have shape [10], got [2]");
      var broken = new HashMap<>(state);
      float[] bias = new float[10];
      bias[3] = Float.NaN;
      broken.put("linear.bias", Tensor.of(dev.ternary.tensor.Shape.of(10), bias));
      assertThatThrownBy(() -> model(Optional.empty(), broken).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("'linear.bias' has NaN at index 3");
    }
  }

  @Test
  void refusesDepthsThatNoNetworkHas() {
    assertThatThrownBy(() -> CifarResNet.network(21, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a residual network for CIFAR has 6n + 2 layers, such as 20, got 21");
  }
}
