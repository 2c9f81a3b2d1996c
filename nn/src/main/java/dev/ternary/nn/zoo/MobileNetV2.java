package dev.ternary.nn.zoo;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.nn.zoo.Layers.Window;

/**
 * The network of Sandler et al. (arXiv 1801.04381) with width 1, as {@code
 * torchvision/models/mobilenetv2.py} has it, dropout left out.
 */
record MobileNetV2() implements Architecture {

  /** Table 2 of the paper: expansion, channels, blocks, stride of the first of them. */
  private static final int[][] STAGES = {
    {1, 16, 1, 1},
    {6, 24, 2, 2},
    {6, 32, 3, 2},
    {6, 64, 4, 2},
    {6, 96, 3, 1},
    {6, 160, 3, 2},
    {6, 320, 1, 1}
  };

  private static final Operation RELU6 = new Operation.Clip(0, 6);

  @Override
  public String name() {
    return "mobilenet_v2";
  }

  @Override
  public int imageSize() {
    return 224;
  }

  @Override
  public Graph graph(StateDict weights, int size) {
    var layers = new Layers(weights);
    String x = activated(layers, "features.0", layers.image(size), Window.of(32, 3, 2));
    int index = 1;
    for (int[] stage : STAGES) {
      for (int i = 0; i < stage[2]; i++) {
        x = block(layers, "features." + index++, x, stage[0], stage[1], i == 0 ? stage[3] : 1);
      }
    }
    x = activated(layers, "features." + index, x, Window.of(1280, 1, 1));
    x = layers.add("avgpool", new Operation.GlobalAvgPool2d(), x);
    return layers.build(layers.linear("classifier.1", x));
  }

  private static String block(
      Layers layers, String name, String x, int expansion, int out, int stride) {
    int in = layers.channels(x);
    int hidden = in * expansion;
    String y = x;
    int index = 0;
    if (expansion != 1) {
      y = activated(layers, name + ".conv." + index++, y, Window.of(hidden, 1, 1));
    }
    y = activated(layers, name + ".conv." + index++, y, new Window(hidden, 3, stride, hidden));
    y = layers.conv(name + ".conv." + index++, y, Window.of(out, 1, 1));
    y = layers.batchNorm(name + ".conv." + index, y);
    return stride == 1 && in == out ? layers.add(name, new Operation.Add(), x, y) : y;
  }

  private static String activated(Layers layers, String name, String x, Window window) {
    String y = layers.batchNorm(name + ".1", layers.conv(name + ".0", x, window));
    return layers.add(name + ".2", RELU6, y);
  }
}
