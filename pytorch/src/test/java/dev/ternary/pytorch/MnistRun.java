package dev.ternary.pytorch;

import java.nio.file.Path;
import java.util.List;

/**
 * Measures the quickstart's recipe on all of MNIST: {@code MnistRun FOLDER FLOAT_EPOCHS
 * TERNARY_EPOCHS SEED...}. Not a test: it takes minutes.
 */
final class MnistRun {

  private MnistRun() {}

  public static void main(String[] args) throws Exception {
    Torch.start(Integer.getInteger("threads", 1));
    Examples train = MnistData.read(Path.of(args[0]), "train");
    Examples test = MnistData.read(Path.of(args[0]), "t10k");
    var hidden = List.of(256, 256, 256);
    for (int i = 3; i < args.length; i++) {
      long seed = Long.parseLong(args[i]);
      run("float", MlpRecipe.floating(hidden, Integer.parseInt(args[1]), seed), train, test);
      run("ternary", MlpRecipe.ternary(hidden, Integer.parseInt(args[2]), seed), train, test);
    }
  }

  private static void run(String name, MlpRecipe recipe, Examples train, Examples test)
      throws Exception {
    long start = System.nanoTime();
    try (var trained = recipe.train(train, test, new TrainingListener() {})) {
      System.out.println(
          name
              + " seed "
              + recipe.training().seed()
              + " test accuracy "
              + trained.testAccuracy()
              + " in "
              + (System.nanoTime() - start) / 1_000_000_000L
              + " s for "
              + recipe.training().epochs()
              + " epochs");
    }
  }
}
