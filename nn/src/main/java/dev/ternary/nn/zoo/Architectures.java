package dev.ternary.nn.zoo;

import dev.ternary.formats.file.Text;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.StateDict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The networks that are known by name. Those of torchvision and their tensors are called as there;
 * {@code cifar-resnet20} and its deeper kin are those of akamaster/pytorch_resnet_cifar10; {@code
 * mlp} is any chain of linear layers with a ReLU between them, {@code mlp-gelu} and its like have
 * another function there.
 *
 * <p>The values of a graph are called as the modules that make them, such as {@code
 * layer1.0.conv1}; its input is {@code x}. Nothing is learnt about what its outputs mean.
 */
public final class Architectures {

  private static final Map<String, Architecture> ALL = all();

  private Architectures() {}

  private static Map<String, Architecture> all() {
    var all = new LinkedHashMap<String, Architecture>();
    Stream.of(
            ResNet.all().stream(),
            Vgg.all().stream(),
            Stream.of(new MobileNetV2(), new EfficientNet()),
            CifarResNet.all().stream(),
            Mlp.all().stream())
        .flatMap(each -> each)
        .forEach(each -> all.put(each.name(), each));
    return all;
  }

  /** All names. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * The network of this name for images of the size that it was made for.
   *
   * @param weights must stay open as long as the graph is used
   * @throws IllegalArgumentException if the name is unknown, or a tensor is missing, left over or
   *     has another shape; the message has the nearest names
   */
  public static Graph graph(String name, StateDict weights) {
    Architecture architecture = named(name);
    return graph(architecture, weights, architecture.imageSize());
  }

  /**
   * The network of this name for images of another size.
   *
   * @param imageSize rows and columns, at least 1
   * @throws IllegalArgumentException as {@link #graph(String, StateDict)}, or if the network takes
   *     no images, or none of this size
   */
  public static Graph graph(String name, StateDict weights, int imageSize) {
    return graph(ofImages(name, imageSize), weights, imageSize);
  }

  /**
   * The network of this name with random weights, whose values keep about the same size from layer
   * to layer: for measurements and tests.
   *
   * @param imageSize rows and columns, at least 1
   * @param outputs numbers that it gives
   * @param random the same numbers give the same network
   * @throws IllegalArgumentException if the name is unknown, or the network takes no images, or
   *     none of this size
   */
  public static Graph random(String name, int imageSize, int outputs, RandomGenerator random) {
    Architecture architecture = ofImages(name, imageSize);
    return architecture.graph(StateDict.making(new RandomWeights(random, outputs)), imageSize);
  }

  private static Architecture ofImages(String name, int imageSize) {
    Architecture architecture = named(name);
    if (architecture.imageSize() == 0) {
      throw new IllegalArgumentException("architecture '" + name + "' takes no images");
    }
    if (imageSize < 1) {
      throw new IllegalArgumentException("the image size must be at least 1, got " + imageSize);
    }
    return architecture;
  }

  private static Architecture named(String name) {
    Architecture found = ALL.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "architecture "
              + Text.quote(name)
              + " is unknown; the nearest of "
              + ALL.size()
              + " names: "
              + Text.near(name, ALL.keySet()));
    }
    return found;
  }

  private static Graph graph(Architecture architecture, StateDict weights, int size) {
    try {
      Graph graph = architecture.graph(weights, size);
      weights.end(List.of());
      return graph;
    } catch (IllegalArgumentException e) {
      List<String> others = new ArrayList<>();
      for (Architecture other : ALL.values()) {
        boolean variant = other instanceof Mlp && !other.name().equals("mlp");
        if (!variant && fits(other, weights)) {
          others.add(other.name());
        }
      }
      throw new IllegalArgumentException(
          "these are not the weights of '"
              + architecture.name()
              + "': "
              + e.getMessage()
              + (others.isEmpty() ? "" : "; they are those of " + String.join(", ", others)),
          e);
    }
  }

  /** Whether all tensors are there and none is left over. */
  private static boolean fits(Architecture architecture, StateDict weights) {
    StateDict unused = weights.restart();
    try {
      architecture.graph(unused, architecture.imageSize());
      unused.end(List.of());
      return true;
    } catch (IllegalArgumentException _) {
      return false; // The answer: it does not fit.
    }
  }
}
