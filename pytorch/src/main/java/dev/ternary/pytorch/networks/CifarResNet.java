package dev.ternary.pytorch.networks;

import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import dev.ternary.pytorch.layers.NnBlock;
import dev.ternary.pytorch.layers.ResidualBlock;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.layers.TernaryWeight;
import dev.ternary.pytorch.layers.TernaryWeights;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The residual networks for 32 by 32 images of He et al. (arXiv 1512.03385, section 4.2) with
 * shortcuts without weights (option A), and their weights from the checkpoints of
 * akamaster/pytorch_resnet_cifar10.
 */
public final class CifarResNet {

  /** Classes of CIFAR-10. */
  public static final int CLASSES = 10;

  /** Shape of one image. */
  public static final Shape INPUT = Shape.of(3, 32, 32);

  private static final int[] CHANNELS = {16, 32, 64};

  private CifarResNet() {}

  /**
   * A network that is not yet initialized.
   *
   * @param depth 20, 32, 44, 56 or another number of the form 6n + 2
   * @param ternary how all convolutions but the first become ternary; empty for a float network.
   *     The last layer is always float
   */
  public static SequentialBlock network(int depth, Optional<TernaryOptions> ternary) {
    if (depth < 8 || (depth - 2) % 6 != 0) {
      throw new IllegalArgumentException(
          "a residual network for CIFAR has 6n + 2 layers, such as 20, got " + depth);
    }
    var net =
        new SequentialBlock()
            .add(conv(16, 1, Optional.empty()))
            .add(BatchNorm.builder().build())
            .add(NnBlock.relu());
    int in = 16;
    for (int channels : CHANNELS) {
      for (int i = 0; i < (depth - 2) / 6; i++) {
        int stride = channels == in ? 1 : 2;
        var body =
            new SequentialBlock()
                .add(conv(channels, stride, ternary))
                .add(BatchNorm.builder().build())
                .add(NnBlock.relu())
                .add(conv(channels, 1, ternary))
                .add(BatchNorm.builder().build());
        net.add(
                stride == 1
                    ? new ResidualBlock(body)
                    : new ResidualBlock(body, NnBlock.subsamplePad(stride, channels)))
            .add(NnBlock.relu());
        in = channels;
      }
    }
    return net.add(NnBlock.globalAvgPool2d()).add(Linear.builder().setUnits(CLASSES).build());
  }

  private static Conv2d conv(int filters, int stride, Optional<TernaryOptions> ternary) {
    return Parts.conv(filters, 3, stride, 1, ternary);
  }

  /**
   * A model of such a network that has the weights of a state dict.
   *
   * @param depth see {@link #network}
   * @param ternary see {@link #network}
   * @return owned by the caller, who closes it
   * @throws IllegalArgumentException if the weights are not those of such a network; see {@link
   *     #load}
   */
  public static Model model(
      int depth, Optional<TernaryOptions> ternary, Map<String, Tensor> state) {
    String name = (ternary.isPresent() ? "ternary" : "float") + "-resnet-" + depth;
    Model model = Model.newInstance(name, "PyTorch");
    try {
      SequentialBlock net = network(depth, ternary);
      model.setBlock(net);
      var input = new ai.djl.ndarray.types.Shape(1);
      net.initialize(
          model.getNDManager(),
          DataType.FLOAT32,
          input.addAll(new ai.djl.ndarray.types.Shape(INPUT.toArray())));
      load(net, state);
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Writes the weights of a state dict into an initialized network.
   *
   * @param state as {@code PyTorchCheckpoint.stateDict("module.")} gives it
   * @throws IllegalArgumentException if a tensor is missing, has another shape, holds NaN or
   *     infinity, or is left over; the message gives its name
   */
  public static void load(SequentialBlock network, Map<String, Tensor> state) {
    Map<String, Parameter> parameters = named(network);
    for (var entry : parameters.entrySet()) {
      String name = entry.getKey();
      Tensor tensor = state.get(name);
      if (tensor == null) {
        throw new IllegalArgumentException("the checkpoint has no '" + name + "'");
      }
      var array = entry.getValue().getArray();
      Shape shape = Shape.of(array.getShape().getShape());
      if (!tensor.shape().equals(shape)) {
        throw new IllegalArgumentException(
            "'" + name + "' must have shape " + shape + ", got " + tensor.shape());
      }
      float[] values = tensor.toFloatArray();
      for (int i = 0; i < values.length; i++) {
        if (!Float.isFinite(values[i])) {
          throw new IllegalArgumentException("'" + name + "' has " + values[i] + " at index " + i);
        }
      }
      array.set(values);
    }
    for (String name : state.keySet()) {
      if (!parameters.containsKey(name) && !name.endsWith("num_batches_tracked")) {
        throw new IllegalArgumentException("the network has no '" + name + "'");
      }
    }
    TernaryWeights.of(network).forEach(TernaryWeight::restart);
  }

  /** The weights of a network as a state dict, which {@link #load} reads. */
  public static Map<String, Tensor> state(SequentialBlock network) {
    var state = new LinkedHashMap<String, Tensor>();
    named(network)
        .forEach((name, parameter) -> {
          var array = parameter.getArray();
          Shape shape = Shape.of(array.getShape().getShape());
          state.put(name, Tensor.of(shape, array.toFloatArray()));
        });
    return state;
  }

  /** The parameters by the names that the Python network gives them. */
  private static Map<String, Parameter> named(SequentialBlock network) {
    var names = new LinkedHashMap<String, Parameter>();
    var blocks = network.getChildren().values();
    put(names, "conv1", blocks.get(0));
    put(names, "bn1", blocks.get(1));
    int stage = 1;
    int index = 0;
    for (Block block : blocks) {
      if (block instanceof ResidualBlock residual) {
        if (residual.shortcut().isPresent()) {
          stage++;
          index = 0;
        }
        String path = "layer" + stage + "." + index++;
        var body = residual.body().getChildren().values();
        put(names, path + ".conv1", body.get(0));
        put(names, path + ".bn1", body.get(1));
        put(names, path + ".conv2", body.get(3));
        put(names, path + ".bn2", body.get(4));
      }
    }
    put(names, "linear", blocks.getLast());
    return names;
  }

  private static void put(Map<String, Parameter> names, String path, Block block) {
    if (block instanceof BatchNorm) {
      names.put(path + ".weight", parameter(block, "gamma"));
      names.put(path + ".bias", parameter(block, "beta"));
      names.put(path + ".running_mean", parameter(block, "runningMean"));
      names.put(path + ".running_var", parameter(block, "runningVar"));
      return;
    }
    names.put(path + ".weight", parameter(block, "weight"));
    if (block instanceof Linear) {
      names.put(path + ".bias", parameter(block, "bias"));
    }
  }

  private static Parameter parameter(Block block, String name) {
    return Objects.requireNonNull(block.getDirectParameters().get(name), name);
  }
}
