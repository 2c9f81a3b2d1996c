package dev.ternary.pytorch.training;

import ai.djl.Model;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.norm.BatchNorm;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.tensor.Shape;
import dev.ternary.training.Examples;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Two half moons that reach into each other, and a small ternary network for them. */
public final class Moons {

  private Moons() {}

  public static Examples of(int count, long seed) {
    var random = new SplittableRandom(seed);
    float[] x = new float[2 * count];
    int[] y = new int[count];
    for (int i = 0; i < count; i++) {
      double t = Math.PI * random.nextDouble();
      y[i] = i & 1;
      x[2 * i] = (float) ((y[i] == 1 ? 1 - Math.cos(t) : Math.cos(t)) + random.nextGaussian() / 8);
      x[2 * i + 1] =
          (float) ((y[i] == 1 ? 0.5 - Math.sin(t) : Math.sin(t)) + random.nextGaussian() / 8);
    }
    return Examples.ofFloats(Shape.of(2), x, y);
  }

  public static Model model() {
    return model(TernaryOptions.twn());
  }

  public static Model model(TernaryOptions options) {
    Model model = Model.newInstance("moons", "PyTorch");
    var net = new SequentialBlock();
    for (int i = 0; i < 2; i++) {
      net.add(TernaryLinear.of(32, options))
          .add(BatchNorm.builder().build())
          .add(Activation.reluBlock());
    }
    model.setBlock(net.add(TernaryLinear.of(2, options)));
    return model;
  }

  public static List<float[]> parameters(Model model) {
    var values = new ArrayList<float[]>();
    ParameterValues.of(model.getBlock())
        .values()
        .values()
        .forEach(v -> values.add(v.toFloatArray()));
    return values;
  }
}
