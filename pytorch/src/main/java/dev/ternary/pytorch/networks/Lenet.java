package dev.ternary.pytorch.networks;

import ai.djl.nn.SequentialBlock;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.pytorch.layers.NnBlock;

/**
 * The shape of LeNet-5 (LeCun et al. 1998, figure 2) with batch norm, ReLU and maxima: two
 * convolutions of 5 by 5, each before a pool, and two linear layers.
 *
 * @param channels of the first convolution; the second has twice as many
 * @param units of the hidden linear layer
 */
public record Lenet(int channels, int units) implements ImageNetwork {

  private static final PoolGeometry HALF = new PoolGeometry(2, 2, 2, 2, 0, 0);

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
  public SequentialBlock block(int classes, LayerForms forms) {
    var net = new SequentialBlock();
    Parts.add(net, Parts.conv(channels, 5, 1, 2, forms.first()));
    net.add(NnBlock.maxPool2d(HALF));
    Parts.add(net, Parts.conv(2 * channels, 5, 1, 1, forms.middle()));
    net.add(NnBlock.maxPool2d(HALF)).add(NnBlock.flatten());
    Parts.add(net, Parts.hidden(units, forms.middle()));
    return net.add(Parts.scores(classes, forms.last()));
  }
}
