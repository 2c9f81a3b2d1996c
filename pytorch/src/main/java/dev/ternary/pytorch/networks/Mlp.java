package dev.ternary.pytorch.networks;

import ai.djl.nn.SequentialBlock;
import dev.ternary.pytorch.layers.NnBlock;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The multi-layer perceptron: linear layers with batch norm and ReLU between them.
 *
 * @param hidden units of the hidden layers
 */
public record Mlp(List<Integer> hidden) implements ImageNetwork {

  public Mlp {
    hidden = List.copyOf(hidden);
  }

  @Override
  public String title() {
    return "perceptron of "
        + hidden.stream().map(String::valueOf).collect(Collectors.joining(", "))
        + " hidden units";
  }

  @Override
  public SequentialBlock block(int classes, LayerForms forms) {
    var net = new SequentialBlock().add(NnBlock.flatten());
    for (int i = 0; i < hidden.size(); i++) {
      Parts.add(net, Parts.hidden(hidden.get(i), i == 0 ? forms.first() : forms.middle()));
    }
    return net.add(Parts.scores(classes, forms.last()));
  }
}
