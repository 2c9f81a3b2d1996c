package dev.ternary.nn.zoo;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.nn.zoo.Layers.Window;
import java.util.List;

/**
 * The residual networks of He et al. (arXiv 1512.03385) and their kin, as {@code
 * torchvision/models/resnet.py} has them: the stride of a bottleneck is that of its second
 * convolution.
 *
 * @param depths blocks of each stage
 * @param bottleneck whether a block has three convolutions, the last of which widens
 * @param groups of a bottleneck's second convolution
 * @param groupWidth channels of each of these groups in the first stage
 */
record ResNet(String name, List<Integer> depths, boolean bottleneck, int groups, int groupWidth)
    implements Architecture {

  private static final int WIDENING = 4;

  static List<ResNet> all() {
    return List.of(
        new ResNet("resnet18", List.of(2, 2, 2, 2), false, 1, 64),
        new ResNet("resnet34", List.of(3, 4, 6, 3), false, 1, 64),
        new ResNet("resnet50", List.of(3, 4, 6, 3), true, 1, 64),
        new ResNet("resnet101", List.of(3, 4, 23, 3), true, 1, 64),
        new ResNet("resnet152", List.of(3, 8, 36, 3), true, 1, 64),
        new ResNet("resnext50_32x4d", List.of(3, 4, 6, 3), true, 32, 4),
        new ResNet("wide_resnet50_2", List.of(3, 4, 6, 3), true, 1, 128));
  }

  @Override
  public int imageSize() {
    return 224;
  }

  @Override
  public Graph graph(StateDict weights, int size) {
    var layers = new Layers(weights);
    String x = layers.conv("conv1", layers.image(size), Window.of(64, 7, 2));
    x = layers.relu("relu", layers.batchNorm("bn1", x));
    x = layers.add("maxpool", new Operation.MaxPool2d(PoolGeometry.of(3, 2, 1)), x);
    for (int stage = 0; stage < depths.size(); stage++) {
      for (int i = 0; i < depths.get(stage); i++) {
        String block = "layer" + (stage + 1) + "." + i;
        x = block(layers, block, x, 64 << stage, i == 0 && stage > 0 ? 2 : 1);
      }
    }
    x = layers.add("avgpool", new Operation.GlobalAvgPool2d(), x);
    return layers.build(layers.linear("fc", x));
  }

  private String block(Layers layers, String name, String x, int planes, int stride) {
    int out = bottleneck ? planes * WIDENING : planes;
    String body =
        bottleneck
            ? bottleneck(layers, name, x, planes, stride)
            : basic(layers, name, x, planes, stride);
    String shortcut = x;
    if (stride != 1 || layers.channels(x) != out) {
      shortcut = layers.conv(name + ".downsample.0", x, Window.of(out, 1, stride));
      shortcut = layers.batchNorm(name + ".downsample.1", shortcut);
    }
    return layers.relu(name, layers.add(name + ".add", new Operation.Add(), body, shortcut));
  }

  private static String basic(Layers layers, String name, String x, int planes, int stride) {
    String y = normed(layers, name, 1, x, Window.of(planes, 3, stride));
    return normed(layers, name, 2, layers.relu(name + ".relu1", y), Window.of(planes, 3, 1));
  }

  private String bottleneck(Layers layers, String name, String x, int planes, int stride) {
    int width = planes * groupWidth / 64 * groups;
    String y = normed(layers, name, 1, x, Window.of(width, 1, 1));
    y = layers.relu(name + ".relu1", y);
    y = normed(layers, name, 2, y, new Window(width, 3, stride, groups));
    y = layers.relu(name + ".relu2", y);
    return normed(layers, name, 3, y, Window.of(planes * WIDENING, 1, 1));
  }

  private static String normed(Layers layers, String block, int number, String x, Window window) {
    return layers.batchNorm(
        block + ".bn" + number, layers.conv(block + ".conv" + number, x, window));
  }
}
