package dev.ternary.pytorch.convert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import dev.ternary.kernel.Activations;
import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.pytorch.layers.NnBlock;
import dev.ternary.pytorch.layers.ResidualBlock;
import dev.ternary.pytorch.layers.TernaryConv2d;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.layers.TernaryScope;
import dev.ternary.tensor.Shape;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Turns a trained DJL block into a model of {@code dev.ternary.nn}, which needs no PyTorch. Ternary
 * layers give exactly the trits and scales they were trained with. A layer with a learned scale for
 * each sign becomes the sum of two, one of the positive weights and one of the negative.
 *
 * <p>Known are sequential blocks of {@link TernaryLinear}, {@link TernaryConv2d}, {@link NnBlock},
 * {@link ResidualBlock}, the {@link TernaryScope} of a converted network, and of DJL {@link
 * Linear}, {@link Conv2d}, {@link BatchNorm} of axis 1, {@link Dropout} (left out), and lambda
 * blocks: ReLU, ReLU6, GELU, SiLU, sigmoid, tanh, softmax, flatten, and two-dimensional maximum,
 * average and global pools are known by what they give for random inputs.
 */
public final class NnExport {

  /** Outputs may differ by this much of the largest one: sums are added in another order. */
  private static final float EXACT = 1e-3f;

  /** The same where a sum decides on which side an activation is rounded to one of 127 steps. */
  private static final float ROUNDED = 2e-2f;

  private NnExport() {}

  /**
   * The model that computes what the block computes. A model with the activations that the block
   * itself has is run beside it on random inputs first, since a lambda block is only known by its
   * name.
   *
   * @param block initialized, in any state; it is not changed
   * @param input shape of one example, without the batch
   * @param activations in which form activations enter the ternary products
   * @return owned by the caller, who closes it
   * @throws IllegalArgumentException if a block is of an unknown kind (the message gives its path
   *     and type), or the model does not compute what the block does
   */
  public static Model model(Block block, Shape input, Activations activations) {
    Graph same = graph(block, input, TernaryOptions::activations);
    try (Model model = Model.of(same)) {
      requireSame(block, model, same.roundsActivations() ? ROUNDED : EXACT);
    }
    return Model.of(same.withActivations(activations));
  }

  /**
   * The network of the block, which is not compared with it. Values are named by their place in the
   * block.
   *
   * @throws IllegalArgumentException if a block is of an unknown kind
   */
  public static Graph graph(Block block, Shape input, Activations activations) {
    return graph(block, input, _ -> activations);
  }

  private static Graph graph(Block block, Shape input, Function<TernaryOptions, Activations> form) {
    var walk = new ExportWalk(form, Graph.builder(), Optional.empty());
    String last = walk.add("", block, walk.graph().input("x", input));
    return walk.graph().output(last).build();
  }

  private static void requireSame(Block block, Model model, float tolerance) {
    var random = new SplittableRandom(1);
    int samples = 4;
    float[] batch = new float[samples * Math.toIntExact(model.inputShape().elements())];
    for (int i = 0; i < batch.length; i++) {
      batch[i] = (float) random.nextGaussian();
    }
    float[] expected;
    try (NDManager manager = NDManager.newBaseManager()) {
      var shape = new ai.djl.ndarray.types.Shape(samples);
      NDArray x =
          manager.create(
              batch, shape.addAll(new ai.djl.ndarray.types.Shape(model.inputShape().toArray())));
      expected =
          block
              .forward(new ParameterStore(manager, false), new NDList(x), false)
              .singletonOrThrow()
              .toFloatArray();
    }
    float[] found = model.predict(batch);
    float largest = 0;
    for (float v : expected) {
      largest = Math.max(largest, Math.abs(v));
    }
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(found[i] - expected[i]) <= tolerance * (1 + largest))) {
        throw new IllegalArgumentException(
            "the exported model gives "
                + found[i]
                + " where the block gives "
                + expected[i]
                + ": a lambda block does not do what its name says");
      }
    }
  }
}
