package dev.ternary.pytorch.backend;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.pytorch.runtime.ExitGuard;
import dev.ternary.pytorch.runtime.TensorMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A run on libtorch. The inputs lie in libtorch's own memory. Each run has a manager for what it
 * makes, which frees all of it at the end; a value that nobody reads any more is freed at once, as
 * PyTorch does.
 */
final class TorchRun implements PlannedRun {

  private final TorchPlan plan;
  private final int samples;
  private final NDManager memory;
  private final List<NDArray> arrays = new ArrayList<>();
  private final List<FloatMatrix> inputs = new ArrayList<>();
  private final List<FloatMatrix> outputs = new ArrayList<>();
  private boolean closed;

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  TorchRun(TorchPlan plan, int samples) {
    this.plan = plan;
    this.samples = samples;
    memory = plan.manager().newSubManager();
    for (String name : plan.inputs()) {
      NDArray array = memory.zeros(batch(plan.shape(name)));
      arrays.add(array);
      MemorySegment segment =
          TensorMemory.of(array)
              .orElseThrow(() ->
                  new IllegalStateException("libtorch does not hand out the memory of its arrays"));
      inputs.add(new FloatMatrix(samples, elements(name), segment));
    }
    for (String name : plan.outputs()) {
      outputs.add(
          FloatMatrix.of(
              samples, elements(name), new float[Math.multiplyExact(samples, elements(name))]));
    }
  }

  private int elements(String name) {
    return Math.toIntExact(plan.shape(name).elements());
  }

  private Shape batch(dev.ternary.tensor.Shape sample) {
    return new Shape(samples).addAll(new Shape(sample.toArray()));
  }

  @Override
  public int samples() {
    return samples;
  }

  @Override
  public FloatMatrix input(int index) {
    return inputs.get(index);
  }

  @Override
  public FloatMatrix output(int index) {
    return outputs.get(index);
  }

  @Override
  public void run() {
    if (closed) {
      throw new IllegalStateException("the run is closed");
    }
    try (var _ = ExitGuard.enter();
        NDManager scope = memory.newSubManager()) {
      Map<String, NDArray> values = new HashMap<>();
      for (int i = 0; i < arrays.size(); i++) {
        NDArray array = arrays.get(i);
        values.put(plan.inputs().get(i), within(scope, array.reshape(array.getShape())));
      }
      for (TorchStep step : plan.steps()) {
        values.put(step.node().name(), apply(scope, step, values));
        // Only handles are closed: memory that another value shares stays.
        step.dead().forEach(name -> Objects.requireNonNull(values.remove(name), name).close());
      }
      for (int i = 0; i < outputs.size(); i++) {
        NDArray y = Objects.requireNonNull(values.get(plan.outputs().get(i)));
        outputs.get(i).values().copyFrom(MemorySegment.ofArray(y.toFloatArray()));
      }
    }
  }

  private NDArray apply(NDManager scope, TorchStep step, Map<String, NDArray> values) {
    String name = step.node().name();
    Shape out = batch(plan.shape(name));
    List<NDArray> in =
        step.node().inputs().stream()
            .map(input -> Objects.requireNonNull(values.get(input), input))
            .toList();
    try {
      NDArray y = within(scope, step.operator().apply(in, out));
      if (!y.getShape().equals(out)) {
        throw new AssertionError(step.node().title() + " gave " + y.getShape() + ", not " + out);
      }
      return y;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(step.node().title() + ": " + e.getMessage(), e);
    } catch (EngineException e) {
      throw new IllegalStateException(step.node().title() + ": " + e.getMessage(), e);
    }
  }

  /** What is made of weights alone would belong to their manager and outlive the run. */
  private static NDArray within(NDManager scope, NDArray array) {
    array.attach(scope);
    return array;
  }

  @Override
  public void close() {
    closed = true;
    memory.close();
  }
}
