package dev.ternary.pytorch.networks;

import ai.djl.Model;
import ai.djl.nn.SequentialBlock;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.training.Training;
import dev.ternary.training.Augmentation;
import dev.ternary.training.Examples;
import dev.ternary.training.TrainingListener;
import dev.ternary.training.TrainingOptions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The multi-layer perceptron of the quickstart: linear layers with batch norm and ReLU between
 * them, trained on images that are moved by up to one pixel.
 *
 * @param hidden units of the hidden layers
 * @param ternary how all linear layers become ternary; empty for the float network
 * @param training how to train
 */
public record MlpRecipe(
    List<Integer> hidden, Optional<TernaryOptions> ternary, TrainingOptions training) {

  /** Makes the list unmodifiable. */
  public MlpRecipe {
    hidden = List.copyOf(hidden);
  }

  /** Epochs after which the float network of the quickstart hardly gets better. */
  public static final int FLOAT_EPOCHS = 6;

  /**
   * Epochs of the ternary network in the quickstart: test accuracies of 98.80, 98.64, 98.81, 98.76
   * and 98.86 % with the seeds 1 to 5 on MNIST.
   */
  public static final int TERNARY_EPOCHS = 8;

  /**
   * The float network.
   *
   * @param background value of the pixels that come in where an image is moved
   */
  public static MlpRecipe floating(List<Integer> hidden, int epochs, long seed, float background) {
    return new MlpRecipe(hidden, Optional.empty(), training(epochs, seed, background));
  }

  /**
   * The same network with ternary weights in all linear layers, the first and last too.
   *
   * @param background value of the pixels that come in where an image is moved
   */
  public static MlpRecipe ternary(List<Integer> hidden, int epochs, long seed, float background) {
    return new MlpRecipe(
        hidden, Optional.of(TernaryOptions.twn()), training(epochs, seed, background));
  }

  private static TrainingOptions training(int epochs, long seed, float background) {
    return TrainingOptions.of(epochs, 0.004)
        .withSeed(seed)
        .withAugmentation(new Augmentation.Shift(1, background, false));
  }

  /**
   * A trained model and how it came to be.
   *
   * @param model owned by the caller, who closes it
   * @param history one entry for each epoch
   */
  public record Trained(Model model, List<TrainingListener.Epoch> history)
      implements AutoCloseable {

    /** Accuracy after the last epoch. */
    public double testAccuracy() {
      return history.getLast().testAccuracy();
    }

    @Override
    public void close() {
      model.close();
    }
  }

  /** The network, not yet initialized. */
  public SequentialBlock network(int classes) {
    return new Mlp(hidden).block(classes, LayerForms.all(ternary));
  }

  /**
   * Trains the network; the test examples only measure it.
   *
   * @throws dev.ternary.training.TrainingDivergedException if the loss is no finite number any more
   */
  public Trained train(Examples train, Examples test, TrainingListener listener)
      throws IOException {
    Model model = Model.newInstance(ternary.isPresent() ? "ternary-mlp" : "float-mlp", "PyTorch");
    try {
      model.setBlock(network(Math.max(train.classes(), test.classes())));
      return new Trained(
          model, new Training(model, training).run(train, Optional.of(test), listener));
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }
}
