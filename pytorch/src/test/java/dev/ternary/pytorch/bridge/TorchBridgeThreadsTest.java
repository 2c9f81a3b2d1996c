package dev.ternary.pytorch.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ternary.kernel.Activations;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.pytorch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TorchBridgeThreadsTest {

  @BeforeEach
  void start() {
    Torch.start(1).setRandomSeed(9);
    assumeTrue(
        TorchBridge.state() instanceof TorchBridge.State.Registered,
        "the bridge is not available: " + TorchBridge.state());
  }

  private static TernaryMatrix matrix(int rows, int cols, long seed) {
    var random = new SplittableRandom(seed);
    byte[] trits = new byte[rows * cols];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    return TernaryMatrix.pack(rows, cols, trits);
  }

  /** What the weights give, by the definition. */
  private static float[] expected(float[] x, TernaryMatrix w) {
    int tokens = x.length / w.cols();
    float[] weights = w.toFloatArray();
    float[] y = new float[tokens * w.rows()];
    for (int t = 0; t < tokens; t++) {
      for (int r = 0; r < w.rows(); r++) {
        double sum = 0;
        for (int c = 0; c < w.cols(); c++) {
          sum += (double) weights[r * w.cols() + c] * x[t * w.cols() + c];
        }
        y[t * w.rows() + r] = (float) sum;
      }
    }
    return y;
  }

  @Test
  void manyThreadsMultiplyAtOnceEachWithItsOwnResult() throws Exception {
    TernaryMatrix w = matrix(40, 70, 1);
    try (var manager = NDManager.newBaseManager();
        var packed = PackedWeights.of(manager, w, Activations.FLOAT32);
        var threads = Executors.newFixedThreadPool(6)) {
      var results = new ArrayList<Future<Integer>>();
      for (int thread = 0; thread < 6; thread++) {
        int seed = thread;
        results.add(threads.submit(() -> wrongOnes(packed, w, seed)));
      }
      for (Future<Integer> result : results) {
        assertThat(result.get()).isZero();
      }
    }
  }

  private static int wrongOnes(PackedWeights packed, TernaryMatrix w, int seed) {
    var random = new SplittableRandom(seed);
    int wrong = 0;
    try (var manager = NDManager.newBaseManager()) {
      for (int call = 0; call < 200; call++) {
        // Whole numbers: their sums are exact in any order.
        float[] x = new float[(1 + random.nextInt(5)) * w.cols()];
        for (int i = 0; i < x.length; i++) {
          x[i] = random.nextInt(-50, 50);
        }
        try (NDArray input = manager.create(x, new Shape(x.length / w.cols(), w.cols()));
            NDArray y = packed.linear(input)) {
          wrong += Arrays.equals(y.toFloatArray(), expected(x, w)) ? 0 : 1;
        }
      }
    }
    return wrong;
  }

  @Test
  void weightsMayBeClosedBeforeTheBackwardPassThatNeedsThem() {
    TernaryMatrix w = matrix(6, 9, 2);
    try (var manager = NDManager.newBaseManager()) {
      NDArray x = manager.ones(new Shape(2, 9));
      x.setRequiresGradient(true);
      PackedWeights packed = PackedWeights.of(manager, w, Activations.FLOAT32);
      try (var gradients = Engine.getInstance().newGradientCollector()) {
        NDArray loss = packed.linear(x).sum();
        packed.close();
        packed.close();
        gradients.backward(loss);
      }
      float[] columnSums = new float[9];
      float[] weights = w.toFloatArray();
      for (int i = 0; i < weights.length; i++) {
        columnSums[i % 9] += weights[i];
      }
      float[] gradient = x.getGradient().toFloatArray();
      for (int i = 0; i < gradient.length; i++) {
        assertThat(gradient[i]).isEqualTo(columnSums[i % 9]);
      }
      assertThatThrownBy(() -> packed.linear(x))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("PackedWeights is closed");
    }
  }
}
