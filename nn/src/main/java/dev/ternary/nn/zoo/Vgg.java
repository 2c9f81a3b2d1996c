package dev.ternary.nn.zoo;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.nn.zoo.Layers.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * The networks of Simonyan and Zisserman (arXiv 1409.1556), as {@code torchvision/models/vgg.py}
 * has them, dropout left out. The linear layers may have any width.
 *
 * @param depths convolutions of each stage; a pool follows each
 * @param norms whether a batch norm follows each convolution
 * @param base channels of the first stage
 */
record Vgg(String name, List<Integer> depths, boolean norms, int base) implements Architecture {

  /** Rows and columns of what the linear layers look at. */
  private static final int POOLED = 7;

  private static final int[] WIDENING = {1, 2, 4, 8, 8};

  static List<Vgg> all() {
    List<Vgg> all = new ArrayList<>();
    for (boolean norms : new boolean[] {false, true}) {
      String end = norms ? "_bn" : "";
      all.add(new Vgg("vgg11" + end, List.of(1, 1, 2, 2, 2), norms, 64));
      all.add(new Vgg("vgg13" + end, List.of(2, 2, 2, 2, 2), norms, 64));
      all.add(new Vgg("vgg16" + end, List.of(2, 2, 3, 3, 3), norms, 64));
      all.add(new Vgg("vgg19" + end, List.of(2, 2, 4, 4, 4), norms, 64));
    }
    return all;
  }

  @Override
  public int imageSize() {
    return 224;
  }

  @Override
  public Graph graph(StateDict weights, int size) {
    if (size % 224 != 0) {
      throw new IllegalArgumentException(
          "the image size of '" + name + "' must be a multiple of 224, got " + size);
    }
    var layers = new Layers(weights);
    String x = layers.image(size);
    int index = 0;
    for (int stage = 0; stage < depths.size(); stage++) {
      for (int i = 0; i < depths.get(stage); i++) {
        Window window = Window.of(base * WIDENING[stage], 3, 1);
        x = layers.convWithBias("features." + index++, x, window);
        x = norms ? layers.batchNorm("features." + index++, x) : x;
        x = layers.relu("features." + index++, x);
      }
      x = layers.add("features." + index++, new Operation.MaxPool2d(PoolGeometry.of(2)), x);
    }
    int window = layers.rows(x) / POOLED;
    if (window > 1) {
      x = layers.add("avgpool", new Operation.AvgPool2d(PoolGeometry.of(window)), x);
    }
    x = layers.add("flatten", new Operation.Flatten(), x);
    x = layers.relu("classifier.1", layers.linear("classifier.0", x));
    x = layers.relu("classifier.4", layers.linear("classifier.3", x));
    return layers.build(layers.linear("classifier.6", x));
  }
}
