package dev.ternary.pytorch;

import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import dev.ternary.formats.pytorch.PyTorchCheckpoint;
import dev.ternary.nn.Activations;
import dev.ternary.nn.Layer;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Measures a pretrained residual network on CIFAR-10 made ternary: {@code CifarRun DATA_FOLDER
 * CHECKPOINT DEPTH TEST_IMAGES [EPOCHS TRAIN_IMAGES]}. Not a test: it takes minutes.
 */
final class CifarRun {

  private CifarRun() {}

  public static void main(String[] args) throws Exception {
    Torch.start(Integer.getInteger("threads", 1)).setRandomSeed(1);
    Path data = Path.of(args[0]);
    int depth = Integer.parseInt(args[2]);
    Examples test = CifarData.read(data.resolve("test.jpeg.tar.gz"), 10_000);
    test = test.slice(0, Integer.parseInt(args[3]));
    int trainImages = args.length > 5 ? Integer.parseInt(args[5]) : 0;
    Examples train = CifarData.read(data.resolve("train.jpeg.tar.gz"), 50_000);
    Examples calibration = train.slice(0, 512);
    Examples statistics = train.slice(0, 2048);
    try (var checkpoint = PyTorchCheckpoint.open(Path.of(args[1]))) {
      Map<String, Tensor> state = checkpoint.stateDict("module.");
      long start = System.nanoTime();
      try (Model floating = model(depth, Optional.empty(), state);
          Model ternary =
              model(depth, Optional.of(TernaryOptions.of(Quantizer.optimal().perRow())), state)) {
        print("float", floating, test, start);
        try (Model again = model(depth, Optional.empty(), state)) {
          TernaryCalibration.renormalise(again.getBlock(), statistics);
          print("float, batch norm re-estimated", again, test, start);
        }
        print("(a) optimal per row", ternary, test, start);
        TernaryCalibration.renormalise(ternary.getBlock(), statistics);
        print("optimal per row, batch norm re-estimated", ternary, test, start);
        TernaryCalibration.fit(floating.getBlock(), ternary.getBlock(), calibration);
        print("layer-wise error feedback, 512 images", ternary, test, start);
        TernaryCalibration.renormalise(ternary.getBlock(), statistics);
        print("(b) and batch norm re-estimated", ternary, test, start);
        onOwnKernels(ternary, test.slice(0, Math.min(1000, test.size())), start);
        if (trainImages > 0) {
          tune(state, train.slice(0, trainImages), test, args, start);
        }
      }
    }
  }

  /** The same network without PyTorch, from packed trits. */
  private static void onOwnKernels(Model ternary, Examples test, long start) {
    long zeros = 0;
    long all = 0;
    try (var model = NnExport.model(ternary.getBlock(), CifarResNet.INPUT, Activations.FLOAT32)) {
      for (Layer layer : model.layers()) {
        if (layer instanceof Layer.Residual residual) {
          for (Layer inner : residual.body()) {
            if (inner instanceof Layer.TernaryConv2d conv) {
              zeros += conv.weights().matrix().counts().zeros();
              all += conv.weights().matrix().counts().total();
            }
          }
        }
      }
      int right = 0;
      float[] image = new float[3 * 32 * 32];
      for (int i = 0; i < test.size(); i++) {
        test.copy(i, image, 0);
        right += model.predictClasses(image)[0] == test.label(i) ? 1 : 0;
      }
      System.out.println(
          "(b) on our kernels, "
              + all
              + " trits, "
              + 100 * zeros / all
              + " % zeros: "
              + (double) right / test.size()
              + " at "
              + (System.nanoTime() - start) / 1_000_000_000L
              + " s");
    }
  }

  private static void tune(
      Map<String, Tensor> state, Examples train, Examples test, String[] args, long start)
      throws IOException {
    var recipe =
        CifarRecipe.of(
            Integer.parseInt(args[2]), Integer.parseInt(args[4]), Long.getLong("seed", 1));
    try (Model tuned = recipe.floatModel(state)) {
      recipe.tuneFloat(tuned).run(train, Optional.of(test), listener("float"));
      print("float, fine-tuned for the same epochs", tuned, test, start);
      Map<String, Tensor> weights = CifarResNet.state((SequentialBlock) tuned.getBlock());
      try (Model ternary = recipe.ternaryModel(weights)) {
        recipe.tuneTernary(ternary, tuned).run(train, Optional.of(test), listener("ternary"));
        print("(c) ternary, fine-tuned with distillation", ternary, test, start);
      }
    }
  }

  private static TrainingListener listener(String name) {
    return new TrainingListener() {
      @Override
      public void epoch(Epoch epoch) {
        System.out.println(name + " " + epoch);
      }
    };
  }

  private static Model model(
      int depth, Optional<TernaryOptions> ternary, Map<String, Tensor> state) {
    Model model = Model.newInstance("resnet", "PyTorch");
    SequentialBlock net = CifarResNet.network(depth, ternary);
    model.setBlock(net);
    net.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 3, 32, 32));
    CifarResNet.load(net, state);
    return model;
  }

  private static void print(String what, Model model, Examples test, long start) {
    System.out.println(
        what
            + ": "
            + new TorchClassifier(model).accuracy(test)
            + " at "
            + (System.nanoTime() - start) / 1_000_000_000L
            + " s");
  }
}
