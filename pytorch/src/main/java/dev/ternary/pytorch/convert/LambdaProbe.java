package dev.ternary.pytorch.convert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Finds out what a block without parameters computes, by its outputs for random inputs of the shape
 * that it gets: DJL's activations and pools are lambdas that hide it.
 */
final class LambdaProbe {

  private static final int SAMPLES = 2;

  private static final float TOLERANCE = 1e-5f;

  private static final List<Operation> FUNCTIONS =
      List.of(
          new Operation.Relu(),
          new Operation.Clip(0, 6),
          new Operation.Gelu(),
          new Operation.Silu(),
          new Operation.Sigmoid(),
          new Operation.Tanh(),
          new Operation.Softmax(),
          new Operation.Flatten(),
          new Operation.GlobalAvgPool2d());

  private final Shape in;
  private final float[] x;
  private final Shape out;
  private final float[] y;

  private LambdaProbe(Block block, Shape in) {
    this.in = in;
    this.x = new float[SAMPLES * Math.toIntExact(in.elements())];
    var random = new SplittableRandom(3);
    for (int i = 0; i < x.length; i++) {
      // Far enough from 0 that a bound of 6 is met.
      x[i] = (float) (4 * random.nextGaussian());
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      var shape =
          new ai.djl.ndarray.types.Shape(SAMPLES)
              .addAll(new ai.djl.ndarray.types.Shape(in.toArray()));
      NDArray found =
          block
              .forward(
                  new ParameterStore(manager, false), new NDList(manager.create(x, shape)), false)
              .singletonOrThrow();
      this.out = Shape.of(found.getShape().slice(1).getShape());
      this.y = found.toFloatArray();
    }
  }

  /**
   * The operations that compute what the block does, one after the other; none if it is the
   * identity.
   *
   * @param in shape of one input
   * @return empty if no known ones do
   */
  static Optional<List<Operation>> find(Block block, Shape in) {
    var probe = new LambdaProbe(block, in);
    if (probe.matches(List.of())) {
      return Optional.of(List.of());
    }
    for (Operation operation : FUNCTIONS) {
      if (probe.matches(List.of(operation))) {
        return Optional.of(List.of(operation));
      }
    }
    if (in.rank() != 3) {
      return Optional.empty();
    }
    var whole = new PoolGeometry((int) in.dim(1), (int) in.dim(2), 1, 1, 0, 0);
    List<Operation> largest = List.of(new Operation.MaxPool2d(whole), new Operation.Flatten());
    return probe.matches(largest) ? Optional.of(largest) : probe.pool();
  }

  private boolean matches(List<Operation> operations) {
    if (operations.isEmpty()) {
      return out.equals(in) && near(x);
    }
    try (Model model = Model.of(Graph.sequence(in, operations))) {
      return model.outputShape().equals(out) && near(model.predict(x));
    } catch (IllegalArgumentException e) {
      return false; // It takes inputs of another shape.
    }
  }

  private boolean near(float[] found) {
    boolean near = found.length == y.length;
    for (int i = 0; near && i < y.length; i++) {
      near = Math.abs(found[i] - y[i]) <= TOLERANCE * (1 + Math.abs(y[i]));
    }
    return near;
  }

  /** A window along one dimension. */
  private record Window(int size, int stride, int padding) {}

  private Optional<List<Operation>> pool() {
    if (out.rank() != 3 || out.dim(0) != in.dim(0)) {
      return Optional.empty();
    }
    for (Window down : windows((int) in.dim(1), (int) out.dim(1))) {
      for (Window across : windows((int) in.dim(2), (int) out.dim(2))) {
        var geometry =
            new PoolGeometry(
                down.size(),
                across.size(),
                down.stride(),
                across.stride(),
                down.padding(),
                across.padding());
        for (Operation pool :
            List.of(new Operation.MaxPool2d(geometry), new Operation.AvgPool2d(geometry))) {
          if (firstPlaneMatches(pool, geometry) && matches(List.of(pool))) {
            return Optional.of(List.of(pool));
          }
        }
      }
    }
    return Optional.empty();
  }

  /** All windows that make {@code to} places of {@code from}. */
  private static List<Window> windows(int from, int to) {
    List<Window> windows = new ArrayList<>();
    for (int size = 1; size <= from; size++) {
      for (int padding = 0; padding <= size / 2; padding++) {
        int room = from + 2 * padding - size;
        for (int stride = 1; stride <= Math.max(1, from); stride++) {
          if (room / stride + 1 == to) {
            windows.add(new Window(size, stride, padding));
          }
          if (to == 1) {
            break; // It never moves: any stride does.
          }
        }
      }
    }
    return windows;
  }

  /** Ends at the first difference, since most windows are tried in vain. */
  private boolean firstPlaneMatches(Operation pool, PoolGeometry g) {
    int width = (int) out.dim(2);
    for (int i = 0; i < out.dim(1) * width; i++) {
      float found =
          at(pool, g, i / width * g.strideH() - g.padH(), i % width * g.strideW() - g.padW());
      if (!(Math.abs(found - y[i]) <= TOLERANCE * (1 + Math.abs(y[i])))) {
        return false;
      }
    }
    return true;
  }

  private float at(Operation pool, PoolGeometry g, int top, int left) {
    int width = (int) in.dim(2);
    double sum = 0;
    float largest = Float.NEGATIVE_INFINITY;
    for (int row = Math.max(0, top); row < Math.min(in.dim(1), top + g.kernelH()); row++) {
      for (int col = Math.max(0, left); col < Math.min(width, left + g.kernelW()); col++) {
        sum += x[row * width + col];
        largest = Math.max(largest, x[row * width + col]);
      }
    }
    return pool instanceof Operation.MaxPool2d
        ? largest
        : (float) (sum / (g.kernelH() * g.kernelW()));
  }
}
