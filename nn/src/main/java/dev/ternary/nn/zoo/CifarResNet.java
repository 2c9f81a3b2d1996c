package dev.ternary.nn.zoo;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.nn.zoo.Layers.Window;
import java.util.List;
import java.util.stream.Stream;

/**
 * The residual networks for small images of He et al. (arXiv 1512.03385, section 4.2) with
 * shortcuts without weights, as akamaster/pytorch_resnet_cifar10 names their tensors.
 *
 * @param depth layers with weights, 6n + 2
 */
record CifarResNet(int depth) implements Architecture {

  private static final int[] CHANNELS = {16, 32, 64};

  static List<CifarResNet> all() {
    return Stream.of(20, 32, 44, 56, 110, 1202).map(CifarResNet::new).toList();
  }

  @Override
  public String name() {
    return "cifar-resnet" + depth;
  }

  @Override
  public int imageSize() {
    return 32;
  }

  @Override
  public Graph graph(StateDict weights, int size) {
    var layers = new Layers(weights);
    String x = layers.conv("conv1", layers.image(size), Window.of(CHANNELS[0], 3, 1));
    x = layers.relu("relu", layers.batchNorm("bn1", x));
    for (int stage = 0; stage < CHANNELS.length; stage++) {
      for (int i = 0; i < (depth - 2) / 6; i++) {
        String block = "layer" + (stage + 1) + "." + i;
        x = block(layers, block, x, CHANNELS[stage], i == 0 && stage > 0 ? 2 : 1);
      }
    }
    x = layers.add("avgpool", new Operation.GlobalAvgPool2d(), x);
    return layers.build(layers.linear("linear", x));
  }

  private static String block(Layers layers, String name, String x, int channels, int stride) {
    String y = layers.conv(name + ".conv1", x, Window.of(channels, 3, stride));
    y = layers.relu(name + ".relu1", layers.batchNorm(name + ".bn1", y));
    y = layers.conv(name + ".conv2", y, Window.of(channels, 3, 1));
    y = layers.batchNorm(name + ".bn2", y);
    String shortcut =
        stride == 1
            ? x
            : layers.add(name + ".shortcut", new Operation.SubsamplePad(stride, channels), x);
    return layers.relu(name, layers.add(name + ".add", new Operation.Add(), y, shortcut));
  }
}
