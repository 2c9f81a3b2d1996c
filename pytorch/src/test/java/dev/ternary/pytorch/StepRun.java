package dev.ternary.pytorch;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.Arrays;

/**
 * Measures a training step (forward, backward, Adam) of a ternary layer against the float32 one,
 * taking turns. Not a test.
 */
final class StepRun {

  private StepRun() {}

  public static void main(String[] args) {
    Torch.start(Integer.getInteger("threads", 1)).setRandomSeed(1);
    int steps = Integer.parseInt(args[0]);
    TernaryOptions absmean = TernaryOptions.absmean();
    compare(
        "linear 1024x1024, batch 256",
        Linear.builder().setUnits(1024).build(),
        TernaryLinear.of(1024, absmean),
        new Shape(256, 1024),
        steps);
    compare(
        "linear 1024x1024, batch 256, TWN per row",
        Linear.builder().setUnits(1024).build(),
        TernaryLinear.of(1024, TernaryOptions.twn()),
        new Shape(256, 1024),
        steps);
    for (int[] c : new int[][] {{16, 32}, {32, 16}, {64, 8}}) {
      compare(
          "convolution 3x3 " + c[0] + " channels " + c[1] + "x" + c[1] + ", batch 256",
          conv(Conv2d.builder(), c[0]),
          conv(TernaryConv2d.builder(absmean), c[0]),
          new Shape(256, c[0], c[1], c[1]),
          steps);
    }
  }

  private static Block conv(Conv2d.Builder builder, int channels) {
    return builder
        .setFilters(channels)
        .setKernelShape(new Shape(3, 3))
        .optPadding(new Shape(1, 1))
        .build();
  }

  private static void compare(String name, Block floating, Block ternary, Shape in, int steps) {
    try (Model a = Model.newInstance("a", "PyTorch");
        Model b = Model.newInstance("b", "PyTorch")) {
      a.setBlock(floating);
      b.setBlock(ternary);
      Optimizer[] optimizers = new Optimizer[2];
      for (int i = 0; i < 2; i++) {
        Model m = i == 0 ? a : b;
        m.getBlock().initialize(m.getNDManager(), DataType.FLOAT32, in);
        optimizers[i] = Optimizer.adam().optLearningRateTracker(Tracker.fixed(1e-3f)).build();
      }
      double[][] times = new double[2][steps];
      NDArray x = a.getNDManager().randomNormal(in);
      for (int step = 0; step < steps; step++) {
        for (int i = 0; i < 2; i++) {
          long start = System.nanoTime();
          step(i == 0 ? a : b, x, optimizers[i]);
          times[i][step] = (System.nanoTime() - start) / 1e6;
        }
      }
      Arrays.sort(times[0]);
      Arrays.sort(times[1]);
      int low = steps / 10;
      System.out.println(
          name
              + ": float32 "
              + times[0][low]
              + " ms, ternary "
              + times[1][low]
              + " ms (fastest tenth); throughput "
              + times[0][low] / times[1][low]
              + " of float32's; by medians "
              + times[0][steps / 2] / times[1][steps / 2]);
    }
  }

  private static void step(Model model, NDArray x, Optimizer optimizer) {
    try (NDManager step = model.getNDManager().newSubManager()) {
      NDArray input = x.duplicate();
      input.attach(step);
      try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
        NDArray y =
            model
                .getBlock()
                .forward(new ParameterStore(step, false), new NDList(input), true)
                .singletonOrThrow();
        gradients.backward(y.square().mean());
      }
      for (var p : model.getBlock().getParameters()) {
        NDArray w = p.getValue().getArray();
        try (NDArray gradient = w.getGradient()) {
          optimizer.update(p.getValue().getId(), w, gradient);
          gradient.muli(0f);
        }
      }
    }
  }
}
