package dev.ternary.cli.pytorch.models;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.nn.quantize.GraphQuantizer;
import dev.ternary.nn.quantize.QuantizeOptions;
import dev.ternary.nn.zoo.Architectures;
import dev.ternary.nn.zoo.RandomWeights;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * A network that is measured.
 *
 * @param key what users type
 * @param title what they read
 * @param large whether it takes images of 224 by 224
 * @param floatEnds whether its first convolution and its last layer stay float, as is usual
 * @param floats makes it with random float weights
 */
record BenchNetwork(
    String key,
    String title,
    boolean large,
    boolean floatEnds,
    Function<RandomGenerator, Graph> floats) {

  private static final int LARGE = 224;
  private static final int SMALL = 32;
  private static final int CLASSES = 10;
  private static final int LARGE_CLASSES = 1000;

  /** Units of the quickstart's perceptron from layer to layer. */
  private static final List<Integer> UNITS = List.of(784, 256, 256, 256, CLASSES);

  static final List<BenchNetwork> ALL =
      List.of(
          new BenchNetwork(
              "mlp", "the quickstart's MLP, 784-256-256-256-10", false, false, BenchNetwork::mlp),
          new BenchNetwork("lenet", "LeNet of 'train cnn'", false, false, BenchNetwork::lenet),
          new BenchNetwork(
              "resnet20",
              "ResNet-20",
              false,
              true,
              random -> Architectures.random("cifar-resnet20", SMALL, CLASSES, random)),
          new BenchNetwork(
              "resnet18",
              "ResNet-18",
              true,
              true,
              random -> Architectures.random("resnet18", LARGE, LARGE_CLASSES, random)),
          new BenchNetwork(
              "mobilenetv2",
              "MobileNetV2",
              true,
              true,
              random -> Architectures.random("mobilenet_v2", LARGE, LARGE_CLASSES, random)));

  /** What users may type. */
  static List<String> keys() {
    return ALL.stream().map(BenchNetwork::key).toList();
  }

  /** The network with random ternary weights; the same seed gives the same. */
  Graph ternary(long seed) {
    Graph graph = floats.apply(new SplittableRandom(seed));
    return GraphQuantizer.quantize(graph, QuantizeOptions.defaults().keeping(floatEnds, floatEnds))
        .graph();
  }

  private static Graph mlp(RandomGenerator random) {
    var weights = new RandomWeights(random, CLASSES);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 1; i < UNITS.size(); i++) {
      put(tensors, weights, "fc" + i + ".weight", UNITS.get(i), UNITS.get(i - 1));
      if (i < UNITS.size() - 1) {
        for (String name : List.of("weight", "bias", "running_mean", "running_var")) {
          put(tensors, weights, "bn" + i + "." + name, UNITS.get(i));
        }
      }
    }
    return Architectures.graph("mlp", StateDict.of(tensors));
  }

  private static void put(
      Map<String, Tensor> tensors, RandomWeights weights, String name, long... dims) {
    tensors.put(name, weights.make(name, dims).orElseThrow());
  }

  /** As {@code dev.ternary.pytorch.networks.Lenet} of 16 channels and 128 units. */
  private static Graph lenet(RandomGenerator random) {
    var weights = StateDict.making(new RandomWeights(random, CLASSES));
    Graph.Builder builder = Graph.builder();
    String x = builder.input("x", Shape.of(1, 28, 28));
    x = convolution(builder, weights, "conv1", x, new int[] {16, 1, 2});
    x = convolution(builder, weights, "conv2", x, new int[] {32, 16, 1});
    x = builder.add("flatten", new Operation.Flatten(), x);
    Tensor hidden = weights.tensor("fc1.weight", 128, builder.shape(x).elements());
    x = builder.add("fc1", Operation.Linear.dense(hidden, Optional.empty()), x);
    x = normed(builder, weights, "bn3", x, 128);
    Tensor scores = weights.tensor("fc2.weight", CLASSES, 128);
    Tensor bias = weights.tensor("fc2.bias", CLASSES);
    x = builder.add("fc2", Operation.Linear.dense(scores, Optional.of(bias)), x);
    return builder.output(x).build();
  }

  /** A window of 5 by 5, batch norm, ReLU and a pool; sizes are channels out, in and padding. */
  private static String convolution(
      Graph.Builder builder, StateDict weights, String name, String from, int[] sizes) {
    Tensor window = weights.tensor(name + ".weight", sizes[0], sizes[1], 5, 5);
    var conv = Operation.Conv2d.dense(window, Optional.empty(), ConvGeometry.of(1, sizes[2]));
    String y = normed(builder, weights, name + ".bn", builder.add(name, conv, from), sizes[0]);
    return builder.add(name + ".pool", new Operation.MaxPool2d(PoolGeometry.of(2)), y);
  }

  private static String normed(
      Graph.Builder builder, StateDict weights, String name, String from, int features) {
    var norm =
        new Operation.BatchNorm(
            weights.tensor(name + ".weight", features),
            weights.tensor(name + ".bias", features),
            weights.tensor(name + ".running_mean", features),
            weights.tensor(name + ".running_var", features),
            1e-5f);
    String y = builder.add(name, norm, from);
    return builder.add(name + ".relu", new Operation.Relu(), y);
  }
}
