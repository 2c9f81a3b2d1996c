package dev.ternary.pytorch.training;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import ai.djl.ndarray.NDArray;
import dev.ternary.pytorch.runtime.TensorMemory;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Adam (arXiv 1412.6980, algorithm 1) with decoupled weight decay (arXiv 1711.05101), with the
 * numbers of {@code torch.optim.AdamW}. One pass reads weight and gradient where PyTorch keeps
 * them, updates the moments, writes the weight back and clears the gradient.
 */
final class Adam {

  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  /** Elements that go through the first level of the cache at a time. */
  private static final int BLOCK = 2048;

  private final Map<String, Moments> moments = new LinkedHashMap<>();
  private final float[] weights = new float[BLOCK];
  private final float[] gradients = new float[BLOCK];
  private long steps;

  /** Running means of one parameter's gradient and of its square. */
  static final class Moments {
    final float[] mean;
    final float[] square;

    Moments(float[] mean, float[] square) {
      this.mean = mean;
      this.square = square;
    }
  }

  /**
   * How one parameter changes in one step.
   *
   * @param rate learning rate
   * @param decay share of the weight that a rate of 1 takes away
   * @param clip largest absolute weight; 0 is no limit
   */
  record Change(double rate, double decay, float clip) {}

  /** Says that the updates that come belong to the next step. */
  void nextStep() {
    steps++;
  }

  /** Steps so far. */
  long steps() {
    return steps;
  }

  /** The moments by the names that {@link #update} was given; the caller may change them. */
  Map<String, Moments> moments() {
    return moments;
  }

  /** Goes on after so many steps. */
  void continueAfter(long done) {
    steps = done;
  }

  /** Moves the parameter along its gradient, which becomes 0: the next backward adds to it. */
  void update(String name, NDArray parameter, Change change) {
    int size = Math.toIntExact(parameter.size());
    Moments m = moments.computeIfAbsent(name, _ -> new Moments(new float[size], new float[size]));
    try (NDArray gradient = parameter.getGradient()) {
      Optional<MemorySegment> w = TensorMemory.of(parameter);
      Optional<MemorySegment> g = TensorMemory.of(gradient);
      if (w.isPresent() && g.isPresent()) {
        pass(w.get(), g.get(), m, change);
        return;
      }
      float[] copy = parameter.toFloatArray();
      MemorySegment copyOfGradient = MemorySegment.ofArray(gradient.toFloatArray());
      pass(MemorySegment.ofArray(copy), copyOfGradient, m, change);
      parameter.set(copy);
      gradient.set(new float[size]);
    }
  }

  private void pass(MemorySegment w, MemorySegment g, Moments m, Change change) {
    double correction = 1 - StrictMath.pow(BETA1, (double) steps);
    var factors =
        new Factors(
            (float) (1 - change.rate() * change.decay()),
            (float) (change.rate() / correction),
            (float) Math.sqrt(1 - StrictMath.pow(BETA2, (double) steps)));
    for (int from = 0; from < m.mean.length; from += BLOCK) {
      int count = Math.min(BLOCK, m.mean.length - from);
      long offset = (long) Float.BYTES * from;
      MemorySegment.copy(w, JAVA_FLOAT_UNALIGNED, offset, weights, 0, count);
      MemorySegment.copy(g, JAVA_FLOAT_UNALIGNED, offset, gradients, 0, count);
      block(m, from, count, factors);
      if (change.clip() > 0) {
        clip(count, change.clip());
      }
      MemorySegment.copy(weights, 0, w, JAVA_FLOAT_UNALIGNED, offset, count);
      g.asSlice(offset, (long) Float.BYTES * count).fill((byte) 0);
    }
  }

  /** The numbers of one step. */
  private record Factors(float keep, float rate, float root) {}

  private void block(Moments m, int from, int count, Factors f) {
    float[] mean = m.mean;
    float[] square = m.square;
    float keep = f.keep();
    float rate = f.rate();
    float root = f.root();
    for (int i = 0; i < count; i++) {
      float g = gradients[i];
      float first = mean[from + i] + (1 - BETA1) * (g - mean[from + i]);
      float second = BETA2 * square[from + i] + (1 - BETA2) * g * g;
      mean[from + i] = first;
      square[from + i] = second;
      weights[i] = weights[i] * keep - rate * first / ((float) Math.sqrt(second) / root + EPSILON);
    }
  }

  private void clip(int count, float limit) {
    for (int i = 0; i < count; i++) {
      weights[i] = Math.clamp(weights[i], -limit, limit);
    }
  }
}
