package dev.ternary.pytorch.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ternary.pytorch.Torch;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AdamTest {

  @BeforeAll
  static void start() {
    Torch.start(1);
  }

  /** One step along the gradient of {@code sum((w - target)^2 * stiffness)}. */
  private static void step(Adam adam, NDArray w, float[] target, Adam.Change change) {
    try (NDManager manager = NDManager.newBaseManager();
        var gradients = Engine.getInstance().newGradientCollector()) {
      NDArray difference = w.sub(manager.create(target, w.getShape()));
      NDArray stiffness = manager.arange(1f, 1f + target.length, 1f).reshape(w.getShape());
      gradients.backward(difference.square().mul(stiffness).sum());
    }
    adam.nextStep();
    adam.update("w", w, change);
  }

  /**
   * Oracle, torch 2.13: {@code w = torch.tensor([[0.5, -1.0], [2.0, 0.25]], requires_grad=True);
   * opt = torch.optim.AdamW([w], lr=0.1, weight_decay=0.05)}, then 7 steps on {@code ((w - t)**2 *
   * s).sum()} with {@code t = [[1, 1], [-1, 0.25]]} and {@code s = [[1, 2], [3, 4]]}, with {@code
   * opt.param_groups[0]["lr"] = 0.1 / (step + 1)} from step 3 on.
   */
  @Test
  void goesWhereTorchAdamWGoes() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray w = manager.create(new float[] {0.5f, -1, 2, 0.25f}, new Shape(2, 2));
      w.setRequiresGradient(true);
      var adam = new Adam();
      for (int step = 0; step < 7; step++) {
        double rate = step < 3 ? 0.1 : 0.1 / (step + 1);
        step(adam, w, new float[] {1, 1, -1, 0.25f}, new Adam.Change(rate, 0.05, 0));
      }
      assertThat(w.toFloatArray()).containsExactly(GOLDEN, Offset.offset(2e-6f));
      assertThat(w.getGradient().toFloatArray()).containsOnly(0);
    }
  }

  private static final float[] GOLDEN = {0.85076725f, -0.60975945f, 1.590508f, 0.22847678f};

  @Test
  void keepsWeightsBelowTheirLimit() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray w = manager.create(new float[] {0.5f, -0.5f}, new Shape(1, 2));
      w.setRequiresGradient(true);
      step(new Adam(), w, new float[] {9, -9}, new Adam.Change(0.4, 0, 0.75f));
      assertThat(w.toFloatArray()).containsExactly(0.75f, -0.75f);
    }
  }

  /** Longer than a block, so that the second block must find its place. */
  @Test
  void updatesEveryElementOfALongParameterAlike() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray w = manager.zeros(new Shape(5000));
      w.setRequiresGradient(true);
      float[] target = new float[5000];
      java.util.Arrays.fill(target, 3);
      step(new Adam(), w, target, new Adam.Change(0.25, 0, 0));
      // Adam's first step is the rate along the gradient's sign, whatever its size.
      for (float v : w.toFloatArray()) {
        assertThat(v).isCloseTo(0.25f, Offset.offset(1e-6f));
      }
    }
  }
}
