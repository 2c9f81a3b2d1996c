package dev.ternary.nn.zoo;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ModelInfo;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Puts modules of PyTorch one behind the other. A module is called by its path, which is what the
 * names of its tensors begin with and the name of the value that it makes.
 */
final class Layers {

  /** What torchvision's networks were trained with, on numbers from 0 to 1. */
  private static final List<Float> MEAN = List.of(0.485f, 0.456f, 0.406f);

  private static final List<Float> STD = List.of(0.229f, 0.224f, 0.225f);

  /** PyTorch's default, which all networks here have. */
  private static final float EPS = 1e-5f;

  /**
   * A convolution whose padding keeps the size where the stride is 1.
   *
   * @param out channels of its output
   * @param kernel rows and columns of its window, odd
   */
  record Window(int out, int kernel, int stride, int groups) {
    static Window of(int out, int kernel, int stride) {
      return new Window(out, kernel, stride, 1);
    }

    ConvGeometry geometry() {
      return ConvGeometry.of(stride, (kernel - 1) / 2).withGroups(groups);
    }
  }

  private final StateDict weights;
  private final Graph.Builder builder = Graph.builder();

  Layers(StateDict weights) {
    this.weights = weights;
  }

  /** A square image with three colours, as ImageNet has them. */
  String image(int size) {
    var image = new ImageInput(3, size, size, 0, 1, ImageInput.Polarity.AS_IS, MEAN, STD);
    builder.info(new ModelInfo(Optional.of(image), List.of()));
    return builder.input("x", Shape.of(3, size, size));
  }

  /** A plain vector. */
  String vector(long size) {
    return builder.input("x", Shape.of(size));
  }

  /** Elements of the first dimension: channels of an image. */
  int channels(String value) {
    return Math.toIntExact(builder.shape(value).dim(0));
  }

  /** Rows of an image. */
  int rows(String value) {
    return Math.toIntExact(builder.shape(value).dim(1));
  }

  String add(String name, Operation operation, String... from) {
    return builder.add(name, operation, from);
  }

  String relu(String name, String from) {
    return builder.add(name, new Operation.Relu(), from);
  }

  /** A convolution without bias. */
  String conv(String module, String from, Window window) {
    return conv(module, from, window, Optional.empty());
  }

  /** A convolution with bias. */
  String convWithBias(String module, String from, Window window) {
    return conv(module, from, window, Optional.of(weights.tensor(module + ".bias", window.out())));
  }

  private String conv(String module, String from, Window window, Optional<Tensor> bias) {
    Tensor weight =
        weights.tensor(
            module + ".weight",
            window.out(),
            channels(from) / window.groups(),
            window.kernel(),
            window.kernel());
    return builder.add(module, Operation.Conv2d.dense(weight, bias, window.geometry()), from);
  }

  String batchNorm(String module, String from) {
    int features = channels(from);
    var norm =
        new Operation.BatchNorm(
            weights.tensor(module + ".weight", features),
            weights.tensor(module + ".bias", features),
            weights.tensor(module + ".running_mean", features),
            weights.tensor(module + ".running_var", features),
            EPS);
    return builder.add(module, norm, from);
  }

  /** A linear layer with bias and as many outputs as the checkpoint has. */
  String linear(String module, String from) {
    Tensor weight = weights.tensor(module + ".weight", -1, builder.shape(from).elements());
    Tensor bias = weights.tensor(module + ".bias", weight.shape().dim(0));
    return builder.add(module, Operation.Linear.dense(weight, Optional.of(bias)), from);
  }

  /** The graph whose only output is this value. */
  Graph build(String output) {
    return builder.output(output).build();
  }
}
