package dev.ternary.cli.train;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import dev.ternary.nn.PoolGeometry;
import dev.ternary.pytorch.NnBlock;
import dev.ternary.pytorch.TernaryConv2d;
import dev.ternary.pytorch.TernaryLinear;
import dev.ternary.pytorch.TernaryOptions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A network for small grey images. */
sealed interface DigitsNetwork {

  /** Name of the command that trains it. */
  String command();

  /** The network in a few words. */
  String title();

  /** The network, not yet initialized. */
  SequentialBlock block(int classes, Layers layers);

  /**
   * Which layers are ternary, and how.
   *
   * @param first the first layer; empty for float
   * @param middle those between
   * @param last the last layer
   */
  record Layers(
      Optional<TernaryOptions> first,
      Optional<TernaryOptions> middle,
      Optional<TernaryOptions> last) {

    /** A float network. */
    static Layers floats() {
      return new Layers(Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  /**
   * Linear layers with batch norm and ReLU between them.
   *
   * @param hidden units of the hidden layers
   */
  record Mlp(List<Integer> hidden) implements DigitsNetwork {

    /** Copies the list. */
    public Mlp {
      hidden = List.copyOf(hidden);
    }

    @Override
    public String command() {
      return "mlp";
    }

    @Override
    public String title() {
      return "perceptron of "
          + hidden.stream().map(String::valueOf).collect(Collectors.joining(", "))
          + " hidden units";
    }

    @Override
    public SequentialBlock block(int classes, Layers layers) {
      var net = new SequentialBlock().add(NnBlock.flatten());
      for (int i = 0; i < hidden.size(); i++) {
        add(net, linear(hidden.get(i), i == 0 ? layers.first() : layers.middle(), false));
      }
      return net.add(linear(classes, layers.last(), true));
    }
  }

  /**
   * The shape of LeNet-5 (LeCun et al. 1998, figure 2) with batch norm, ReLU and maxima: two
   * convolutions of 5 by 5, each before a pool, and two linear layers.
   *
   * @param channels of the first convolution; the second has twice as many
   * @param units of the hidden linear layer
   */
  record Cnn(int channels, int units) implements DigitsNetwork {

    private static final PoolGeometry HALF = new PoolGeometry(2, 2, 2, 2, 0, 0);

    @Override
    public String command() {
      return "cnn";
    }

    @Override
    public String title() {
      return "convolutional network of "
          + channels
          + " and "
          + 2 * channels
          + " channels and "
          + units
          + " units";
    }

    @Override
    public SequentialBlock block(int classes, Layers layers) {
      var net = new SequentialBlock();
      add(net, conv(channels, 2, layers.first()));
      net.add(NnBlock.maxPool2d(HALF));
      add(net, conv(2 * channels, 1, layers.middle()));
      net.add(NnBlock.maxPool2d(HALF)).add(NnBlock.flatten());
      add(net, linear(units, layers.middle(), false));
      return net.add(linear(classes, layers.last(), true));
    }
  }

  private static void add(SequentialBlock net, Block layer) {
    // Batch norm takes the mean away again: a bias before it would do nothing.
    net.add(layer).add(BatchNorm.builder().build()).add(NnBlock.relu());
  }

  private static Linear linear(int units, Optional<TernaryOptions> ternary, boolean bias) {
    if (ternary.isPresent()) {
      return TernaryLinear.builder(ternary.get()).setUnits(units).optBias(bias).build();
    }
    return Linear.builder().setUnits(units).optBias(bias).build();
  }

  private static Conv2d conv(int filters, int padding, Optional<TernaryOptions> ternary) {
    Conv2d.Builder builder =
        ternary.isPresent() ? TernaryConv2d.builder(ternary.get()) : Conv2d.builder();
    return builder
        .setFilters(filters)
        .setKernelShape(new Shape(5, 5))
        .optPadding(new Shape(padding, padding))
        .optBias(false)
        .build();
  }
}
