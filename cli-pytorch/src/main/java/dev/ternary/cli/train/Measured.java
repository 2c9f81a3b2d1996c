package dev.ternary.cli.train;

import dev.ternary.cli.terminal.Terminal;
import dev.ternary.pytorch.training.TorchClassifier;
import dev.ternary.report.Numbers;
import dev.ternary.training.Examples;
import dev.ternary.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The accuracies of the networks that a command makes, one after the other. */
final class Measured {

  private final Terminal terminal;
  private final List<Step> steps = new ArrayList<>();
  private long since;
  private double agreement = Double.NaN;

  Measured(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The time of the first step begins. */
  void begin() {
    since = System.nanoTime();
  }

  /** Adds time that the next step took in an earlier run. */
  void earlier(long nanos) {
    since -= nanos;
  }

  /** Measures a network in libtorch. */
  void classify(String name, String key, ai.djl.Model model, Examples test) {
    add(name, key, new TorchClassifier(model).accuracy(test));
  }

  /**
   * Measures the packed model without PyTorch.
   *
   * @param some the first of the test images
   * @param trained what libtorch predicts for all test images
   */
  void packed(Path file, PixelScale scale, Examples some, int[] trained) throws IOException {
    int right = 0;
    int same = 0;
    int trainedRight = 0;
    try (var model = dev.ternary.nn.Model.load(file)) {
      float[] image = new float[Math.toIntExact(scale.shape().elements())];
      for (int i = 0; i < some.size(); i++) {
        some.copy(i, image, 0);
        scale.toPixels(image);
        int predicted = model.predictClasses(image)[0];
        right += predicted == some.label(i) ? 1 : 0;
        same += predicted == trained[i] ? 1 : 0;
        trainedRight += trained[i] == some.label(i) ? 1 : 0;
      }
    }
    agreement = (double) same / some.size();
    add(
        some.size() == trained.length
            ? "packed, without PyTorch"
            : "packed, on "
                + Numbers.count(some.size())
                + " images (PyTorch: "
                + Numbers.percent((double) trainedRight / some.size())
                + ")",
        "packed",
        (double) right / some.size());
  }

  private void add(String name, String key, double accuracy) {
    long now = System.nanoTime();
    steps.add(new Step(name, key, accuracy, (now - since) / 1e9));
    since = now;
    terminal.note(name + ": test accuracy " + Numbers.percent(accuracy));
  }

  List<Step> steps() {
    return List.copyOf(steps);
  }

  /** The accuracy of the step with this key. */
  double accuracy(String key) {
    return steps.stream()
        .filter(s -> s.key().equals(key))
        .mapToDouble(Step::accuracy)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Share of the images for which the packed model predicts what libtorch predicts. */
  double agreement() {
    return agreement;
  }

  static Curve curve(String name, List<TrainingListener.Epoch> history) {
    return new Curve(
        name,
        history.stream()
            .map(e -> new EpochPoint(e.loss(), e.trainAccuracy(), e.testAccuracy()))
            .toList());
  }
}
