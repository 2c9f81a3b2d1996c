package dev.ternary.nn.zoo;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.nn.zoo.Layers.Window;
import java.util.List;

/**
 * EfficientNet-B0 of Tan and Le (arXiv 1905.11946), as {@code torchvision/models/efficientnet.py}
 * has it, dropout and stochastic depth left out.
 */
record EfficientNet() implements Architecture {

  /**
   * Stages of the network (table 1 of the paper).
   *
   * @param stride of the first of its blocks
   */
  private record Stage(int expansion, int kernel, int stride, int out, int blocks) {}

  private static final List<Stage> STAGES =
      List.of(
          new Stage(1, 3, 1, 16, 1),
          new Stage(6, 3, 2, 24, 2),
          new Stage(6, 5, 2, 40, 2),
          new Stage(6, 3, 2, 80, 3),
          new Stage(6, 5, 1, 112, 3),
          new Stage(6, 5, 2, 192, 4),
          new Stage(6, 3, 1, 320, 1));

  @Override
  public String name() {
    return "efficientnet_b0";
  }

  @Override
  public int imageSize() {
    return 224;
  }

  @Override
  public Graph graph(StateDict weights, int size) {
    var layers = new Layers(weights);
    String x = activated(layers, "features.0", layers.image(size), Window.of(32, 3, 2));
    for (int i = 0; i < STAGES.size(); i++) {
      for (int j = 0; j < STAGES.get(i).blocks(); j++) {
        x = block(layers, "features." + (i + 1) + "." + j, x, STAGES.get(i), j == 0);
      }
    }
    x = activated(layers, "features." + (STAGES.size() + 1), x, Window.of(1280, 1, 1));
    x = layers.add("avgpool", new Operation.GlobalAvgPool2d(), x);
    return layers.build(layers.linear("classifier.1", x));
  }

  private static String block(Layers layers, String name, String x, Stage stage, boolean first) {
    int in = layers.channels(x);
    int hidden = in * stage.expansion();
    int stride = first ? stage.stride() : 1;
    String y = x;
    int index = 0;
    if (stage.expansion() != 1) {
      y = activated(layers, name + ".block." + index++, y, Window.of(hidden, 1, 1));
    }
    var depthwise = new Window(hidden, stage.kernel(), stride, hidden);
    y = activated(layers, name + ".block." + index++, y, depthwise);
    y = squeezeExcitation(layers, name + ".block." + index++, y, Math.max(1, in / 4));
    y = layers.conv(name + ".block." + index + ".0", y, Window.of(stage.out(), 1, 1));
    y = layers.batchNorm(name + ".block." + index + ".1", y);
    return stride == 1 && in == stage.out() ? layers.add(name, new Operation.Add(), x, y) : y;
  }

  /** Hu et al. (arXiv 1709.01507): a factor for each channel, from the means of all. */
  private static String squeezeExcitation(Layers layers, String name, String x, int squeezed) {
    String s = layers.add(name + ".mean", new Operation.GlobalAvgPool2d(), x);
    s = layers.add(name + ".avgpool", new Operation.Reshape(List.of(-1, 1, 1)), s);
    s = layers.convWithBias(name + ".fc1", s, Window.of(squeezed, 1, 1));
    s = layers.add(name + ".activation", new Operation.Silu(), s);
    s = layers.convWithBias(name + ".fc2", s, Window.of(layers.channels(x), 1, 1));
    s = layers.add(name + ".scale_activation", new Operation.Sigmoid(), s);
    return layers.add(name, new Operation.Multiply(), x, s);
  }

  private static String activated(Layers layers, String name, String x, Window window) {
    String y = layers.batchNorm(name + ".1", layers.conv(name + ".0", x, window));
    return layers.add(name + ".2", new Operation.Silu(), y);
  }
}
