package dev.ternary.pytorch.networks;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import dev.ternary.pytorch.layers.NnBlock;
import dev.ternary.pytorch.layers.TernaryConv2d;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import java.util.Optional;

/** Layers in the form that is asked for: float, or ternary with these options. */
final class Parts {

  private Parts() {}

  /** Adds a layer with batch norm and ReLU behind it. */
  static void add(SequentialBlock net, Block layer) {
    net.add(layer).add(BatchNorm.builder().build()).add(NnBlock.relu());
  }

  /** A linear layer without bias, which a batch norm behind it would take away again. */
  static Linear hidden(int units, Optional<TernaryOptions> form) {
    return linear(units, form, false);
  }

  /** The linear layer of the scores. */
  static Linear scores(int classes, Optional<TernaryOptions> form) {
    return linear(classes, form, true);
  }

  private static Linear linear(int units, Optional<TernaryOptions> form, boolean bias) {
    if (form.isPresent()) {
      return TernaryLinear.builder(form.get()).setUnits(units).optBias(bias).build();
    }
    return Linear.builder().setUnits(units).optBias(bias).build();
  }

  /**
   * A convolution without bias.
   *
   * @param kernel height and width of the window
   */
  static Conv2d conv(
      int filters, int kernel, int stride, int padding, Optional<TernaryOptions> form) {
    Conv2d.Builder builder =
        form.isPresent() ? TernaryConv2d.builder(form.get()) : Conv2d.builder();
    return builder
        .setFilters(filters)
        .setKernelShape(new Shape(kernel, kernel))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(padding, padding))
        .optBias(false)
        .build();
  }
}
