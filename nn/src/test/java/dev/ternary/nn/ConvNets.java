package dev.ternary.nn;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Small convolution networks of the known kinds, whose weights are all ternary and random. */
public final class ConvNets {

  private final SplittableRandom random;
  private final Activations activations;
  private final Graph.Builder graph = Graph.builder();
  private int count;

  private ConvNets(long seed, Activations activations) {
    this.random = new SplittableRandom(seed);
    this.activations = activations;
  }

  /** The names of {@link #named}. */
  public static List<String> names() {
    return List.of("cifar-resnet", "resnet", "resnext", "mobilenet", "efficientnet", "vgg");
  }

  /** A network with one image {@code [3, 16, 16]} as input. */
  public static Graph named(String name, Activations activations) {
    int seed = 17 * name.hashCode();
    var nets = new ConvNets(seed, activations);
    String x = nets.graph.input("x", Shape.of(3, 16, 16));
    String last =
        switch (name) {
          case "cifar-resnet" -> nets.cifarResNet(x);
          case "resnet" -> nets.resNet(x, 1);
          case "resnext" -> nets.resNet(x, 4);
          case "mobilenet" -> nets.mobileNet(x);
          case "efficientnet" -> nets.efficientNet(x);
          case "vgg" -> nets.vgg(x);
          default -> throw new IllegalArgumentException(name);
        };
    return nets.graph.output(last).build();
  }

  /** Random images for {@link #named}. */
  public static float[] images(int count, long seed) {
    var random = new SplittableRandom(seed);
    float[] images = new float[count * 3 * 16 * 16];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextDouble(-2, 2);
    }
    return images;
  }

  private String cifarResNet(String x) {
    String y = relu(conv(x, 16, 3, ConvGeometry.of(1, 1)));
    for (int[] block : new int[][] {{16, 1}, {32, 2}, {32, 1}}) {
      String body = relu(conv(y, block[0], 3, ConvGeometry.of(block[1], 1)));
      body = conv(body, block[0], 3, ConvGeometry.of(1, 1));
      String shortcut = block[1] == 1 ? y : add(new Operation.SubsamplePad(block[1], block[0]), y);
      y = relu(add(new Operation.Add(), body, shortcut));
    }
    return linear(add(new Operation.GlobalAvgPool2d(), y), 10);
  }

  private String resNet(String x, int groups) {
    String y = relu(conv(x, 24, 7, ConvGeometry.of(2, 3)));
    y = add(new Operation.MaxPool2d(PoolGeometry.of(3, 2, 1)), y);
    for (int stride = 1; stride <= 2; stride++) {
      String body = relu(conv(y, 16, 1, ConvGeometry.of(1, 0)));
      body = relu(conv(body, 16, 3, ConvGeometry.of(stride, 1).withGroups(groups)));
      body = conv(body, 40, 1, ConvGeometry.of(1, 0));
      y = relu(add(new Operation.Add(), conv(y, 40, 1, ConvGeometry.of(stride, 0)), body));
    }
    return linear(add(new Operation.GlobalAvgPool2d(), y), 10);
  }

  private String mobileNet(String x) {
    var relu6 = new Operation.Clip(0, 6);
    String y = add(relu6, conv(x, 20, 3, ConvGeometry.of(2, 1)));
    for (int stride = 2; stride >= 1; stride--) {
      String body = add(relu6, conv(y, 60, 1, ConvGeometry.of(1, 0)));
      body = add(relu6, conv(body, 60, 3, ConvGeometry.of(stride, 1).withGroups(60)));
      body = conv(body, 20, 1, ConvGeometry.of(1, 0));
      y = stride == 1 ? add(new Operation.Add(), y, body) : body;
    }
    return linear(add(new Operation.GlobalAvgPool2d(), y), 10);
  }

  /** With functions that have the same bits everywhere in the place of SiLU and sigmoid. */
  private String efficientNet(String x) {
    var gate = new Operation.Clip(-0.5f, 2.5f);
    String y = add(gate, conv(x, 16, 3, ConvGeometry.of(2, 1)));
    for (int i = 0; i < 2; i++) {
      String body = add(gate, conv(y, 48, 1, ConvGeometry.of(1, 0)));
      body = add(gate, conv(body, 48, 5, ConvGeometry.of(1, 2).withGroups(48)));
      String s = add(new Operation.GlobalAvgPool2d(), body);
      s = add(new Operation.Reshape(List.of(-1, 1, 1)), s);
      s = add(gate, conv(s, 4, 1, ConvGeometry.of(1, 0)));
      s = add(gate, conv(s, 48, 1, ConvGeometry.of(1, 0)));
      body = add(new Operation.Multiply(), body, s);
      y = add(new Operation.Add(), y, conv(body, 16, 1, ConvGeometry.of(1, 0)));
    }
    return linear(add(new Operation.GlobalAvgPool2d(), y), 10);
  }

  /** With a flatten of images, parts of channels side by side, dilation and a mean pool. */
  private String vgg(String x) {
    String y = relu(conv(x, 12, 3, ConvGeometry.of(1, 1)));
    y = add(new Operation.MaxPool2d(PoolGeometry.of(2)), y);
    String first = add(new Operation.Slice(0, 0, 8, 1), y);
    String second = conv(y, 10, 3, ConvGeometry.of(1, 2).withDilation(2));
    y = norm(add(new Operation.Concat(0), second, first, y));
    y = add(new Operation.AvgPool2d(PoolGeometry.of(2)), y);
    return linear(relu(linear(add(new Operation.Flatten(), y), 20)), 10);
  }

  private String add(Operation operation, String... from) {
    return graph.add("v" + count++, operation, from);
  }

  private String relu(String x) {
    return add(new Operation.Relu(), x);
  }

  private String conv(String x, int out, int kernel, ConvGeometry geometry) {
    int in = Math.toIntExact(graph.shape(x).dim(0));
    var shape = Shape.of(out, in / geometry.groups(), kernel, kernel);
    var weights = new TernaryTensor(shape, weights(out, (int) (shape.elements() / out)));
    return norm(add(Operation.Conv2d.ternary(weights, Optional.empty(), geometry, activations), x));
  }

  private String linear(String x, int out) {
    int in = Math.toIntExact(graph.shape(x).elements());
    Optional<Tensor> bias = Optional.of(vector(out, -1, 1));
    return add(Operation.Linear.ternary(weights(out, in), bias, activations), x);
  }

  private String norm(String x) {
    int features = Math.toIntExact(graph.shape(x).dim(0));
    return add(
        new Operation.BatchNorm(
            vector(features, 0.5, 1.5),
            vector(features, -0.5, 0.5),
            vector(features, -0.5, 0.5),
            vector(features, 0.5, 1.5),
            1e-5f),
        x);
  }

  private Tensor vector(int size, double from, double to) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(from, to);
    }
    return Tensor.of(Shape.of(size), values);
  }

  private TernaryMatrix weights(int rows, int cols) {
    byte[] trits = new byte[rows * cols];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) random.nextInt(-1, 2);
    }
    float[] scales = new float[rows];
    for (int i = 0; i < rows; i++) {
      scales[i] = (float) (random.nextDouble(0.5, 1.5) / Math.sqrt(cols));
    }
    return TernaryMatrix.pack(
        rows, cols, trits, Packing.twoBit(), Scales.of(Granularity.row(), scales));
  }
}
