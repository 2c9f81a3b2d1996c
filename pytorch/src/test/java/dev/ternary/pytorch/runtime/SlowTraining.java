package dev.ternary.pytorch.runtime;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.training.Moons;
import dev.ternary.pytorch.training.Training;
import dev.ternary.training.TrainingListener;
import dev.ternary.training.TrainingOptions;
import java.util.Optional;

/**
 * Trains until it is ended, with backward passes of a second, and writes a line before each. With
 * the argument {@code exit} it calls for the exit itself, inside the third step, with status 7. Not
 * a test.
 */
final class SlowTraining {

  private SlowTraining() {}

  public static void main(String[] args) throws Exception {
    Torch.start(1);
    try (Model model = Model.newInstance("slow", "PyTorch")) {
      model.setBlock(
          new SequentialBlock()
              .add(TernaryLinear.of(2, TernaryOptions.absmean()))
              .add(new Chain(args[0].equals("exit"))));
      new Training(model, TrainingOptions.of(1000, 0.01))
          .run(Moons.of(512, 1), Optional.empty(), new TrainingListener() {});
    }
  }

  /** As many operations as make the backward pass long, which is one call into libtorch. */
  private static final class Chain extends AbstractBlock {

    private static final int OPERATIONS = 40_000;

    private final boolean exits;
    private int forwards;

    Chain(boolean exits) {
      this.exits = exits;
    }

    @Override
    protected NDList forwardInternal(
        ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
      NDArray y = inputs.singletonOrThrow();
      // Not mul(1.0001f): DJL frees the memory of that number, which the backward pass reads.
      NDArray factor = y.getManager().create(1.0001f);
      for (int i = 0; i < OPERATIONS; i++) {
        y = y.mul(factor);
      }
      System.out.println("backward");
      if (exits && ++forwards == 3) {
        System.exit(7);
      }
      return new NDList(y);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
      return inputs;
    }
  }
}
