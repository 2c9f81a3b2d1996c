package dev.ternary.nn.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.Model;
import dev.ternary.nn.ModelOptions;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Operation.Reduce.Kind;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation on images, with channels first as a user gives them, and with channels last
 * behind a convolution that changes nothing: both are what the {@link Oracle} says, on one thread
 * and on three.
 */
class OrderedOperatorsTest {

  private static final int SAMPLES = 2;

  /** An operation, and the shapes of what it reads. */
  record Case(Operation operation, List<Shape> shapes) {
    @Override
    public String toString() {
      return operation.typeName() + shapes + operation.hashCode() % 1000;
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    // Several blocks of the operators' loops, none a multiple of a vector.
    for (Shape image : List.of(Shape.of(5, 7, 6), Shape.of(19, 31, 23), Shape.of(1, 9, 8))) {
      int features = (int) image.dim(0);
      Stream.of(
              new Operation.Relu(),
              new Operation.Clip(-0.5f, 1),
              new Operation.Gelu(Operation.Gelu.Form.TANH),
              new Operation.Silu(),
              new Operation.Sigmoid(),
              new Operation.Tanh(),
              new Operation.Softmax(),
              norm(features),
              new Operation.MaxPool2d(PoolGeometry.of(3, 2, 1)),
              new Operation.MaxPool2d(new PoolGeometry(2, 4, 1, 3, 0, 2)),
              new Operation.AvgPool2d(PoolGeometry.of(3, 2, 1)),
              new Operation.AvgPool2d(PoolGeometry.of(2)),
              new Operation.GlobalAvgPool2d(),
              new Operation.SubsamplePad(2, features + 5),
              new Operation.SubsamplePad(1, features),
              new Operation.Flatten(),
              new Operation.Reshape(List.of(-1, features)))
          .forEach(operation -> cases.add(new Case(operation, List.of(image))));
      for (int axis = 0; axis < 3; axis++) {
        for (Kind kind : Kind.values()) {
          cases.add(new Case(new Operation.Reduce(kind, axis, true), List.of(image)));
          cases.add(new Case(new Operation.Reduce(kind, axis, false), List.of(image)));
        }
        cases.add(new Case(new Operation.Slice(axis, 0, Integer.MAX_VALUE, 2), List.of(image)));
        cases.add(new Case(new Operation.Concat(axis), List.of(image, image, image)));
      }
      for (List<Integer> order :
          List.of(
              List.of(0, 1, 2),
              List.of(0, 2, 1),
              List.of(1, 0, 2),
              List.of(1, 2, 0),
              List.of(2, 0, 1),
              List.of(2, 1, 0))) {
        cases.add(new Case(new Operation.Transpose(order), List.of(image)));
      }
      cases.addAll(broadcasts(image));
      cases.add(new Case(new Operation.MatMul(true), List.of(image, image)));
    }
    return cases;
  }

  private static List<Case> broadcasts(Shape image) {
    List<Case> cases = new ArrayList<>();
    long c = image.dim(0);
    long h = image.dim(1);
    long w = image.dim(2);
    for (Shape other :
        List.of(
            image,
            Shape.of(c, 1, 1),
            Shape.of(1, h, w),
            Shape.of(1, h, 1),
            Shape.of(c, 1, w),
            Shape.of(h, w),
            Shape.of(h, 1),
            Shape.of(w),
            Shape.of(1))) {
      cases.add(new Case(new Operation.Add(), List.of(image, other)));
      cases.add(new Case(new Operation.Multiply(), List.of(other, image)));
    }
    return cases;
  }

  private static Operation norm(int features) {
    return new Operation.BatchNorm(
        vector(features, 3), vector(features, 4), vector(features, 5), vector(features, 6), 1e-5f);
  }

  private static Tensor vector(int size, int seed) {
    var random = new SplittableRandom(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(0.5, 2);
    }
    return Tensor.of(Shape.of(size), values);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isWhatItsMeaningSaysInBothOrders(Case c) {
    var inputs = new HashMap<String, Tensor>();
    for (int i = 0; i < c.shapes().size(); i++) {
      inputs.put("x" + i, batch(c.shapes().get(i), 10 + i));
    }
    List<float[]> expected = expected(c, inputs);
    for (int threads = 1; threads <= 3; threads += 2) {
      for (Graph graph : List.of(graph(c, false, false), graph(c, true, false))) {
        Tensor y = run(graph, inputs, threads);
        int size = expected.getFirst().length;
        for (int i = 0; i < SAMPLES * size; i++) {
          float e = expected.get(i / size)[i % size];
          // Sums of up to 713 products around 1, and functions of float32.
          assertThat(y.getFloat(i))
              .as("%s at %d with %d threads", c, i, threads)
              .isCloseTo(e, within(4e-6f * Math.max(1, Math.abs(e))));
        }
      }
    }
  }

  static List<Case> sumsAndProducts() {
    return cases().stream()
        .filter(c ->
            c.operation() instanceof Operation.Add || c.operation() instanceof Operation.Multiply)
        .toList();
  }

  /** A constant has the bits that the same value has as an input, a copy for each sample. */
  @ParameterizedTest
  @MethodSource("sumsAndProducts")
  void aConstantIsTheSameForAllSamples(Case c) {
    for (int constant = 0; constant < 2; constant++) {
      var inputs = new HashMap<String, Tensor>();
      for (int i = 0; i < 2; i++) {
        inputs.put("x" + i, batch(c.shapes().get(i), 10 + i));
      }
      String name = "x" + constant;
      Shape shape = c.shapes().get(constant);
      float[] value = Arrays.copyOf(of(inputs, name).toFloatArray(), (int) shape.elements());
      float[] repeated = Arrays.copyOf(value, SAMPLES * value.length);
      System.arraycopy(value, 0, repeated, value.length, value.length);
      inputs.put(name, Tensor.of(of(inputs, name).shape(), repeated));
      float[] expected = run(graph(c, false, false), inputs, 1).toFloatArray();
      Graph.Builder graph = Graph.builder();
      String[] names = new String[2];
      for (int i = 0; i < 2; i++) {
        names[i] =
            i == constant
                ? graph.add("c", new Operation.Constant(Tensor.of(shape, value)))
                : graph.input("x" + i, c.shapes().get(i));
      }
      graph.add("y", c.operation(), names);
      inputs.remove(name);
      float[] y = run(graph.output("y").build(), inputs, 1).toFloatArray();
      assertThat(y).as(c.toString()).isEqualTo(expected);
    }
  }

  private static Tensor of(Map<String, Tensor> inputs, String name) {
    return Objects.requireNonNull(inputs.get(name));
  }

  /** What the operation says of its largest value is what a convolution would find. */
  @ParameterizedTest
  @MethodSource("cases")
  void theNextConvolutionRoundsAsIfItHadLooked(Case c) {
    Shape out = c.operation().outputShape(c.shapes());
    if (out.rank() != Order.RANK) {
      return;
    }
    var inputs = new HashMap<String, Tensor>();
    for (int i = 0; i < c.shapes().size(); i++) {
      inputs.put("x" + i, batch(c.shapes().get(i), 10 + i));
    }
    Tensor alone = run(graph(c, true, false), inputs, 1);
    Graph conv = Graph.sequence(out, List.of(ternary((int) out.dim(0))));
    Tensor expected = run(conv, Map.of("x", alone), 1);
    for (int threads = 1; threads <= 3; threads += 2) {
      assertThat(run(graph(c, true, true), inputs, threads).toFloatArray())
          .as("%s with %d threads", c, threads)
          .isEqualTo(expected.toFloatArray());
    }
  }

  /** The operation alone or behind convolutions that change nothing, with one behind it or not. */
  private static Graph graph(Case c, boolean last, boolean followed) {
    Graph.Builder graph = Graph.builder();
    String[] names = new String[c.shapes().size()];
    for (int i = 0; i < names.length; i++) {
      Shape shape = c.shapes().get(i);
      names[i] = graph.input("x" + i, shape);
      if (last && shape.rank() == Order.RANK) {
        names[i] = graph.add("last" + i, unchanged((int) shape.dim(0)), names[i]);
      }
    }
    String y = graph.add("y", c.operation(), names);
    if (followed) {
      y = graph.add("conv", ternary((int) graph.shape(y).dim(0)), y);
    }
    return graph.output(y).build();
  }

  private static Operation unchanged(int channels) {
    float[] ones = new float[channels];
    Arrays.fill(ones, 1);
    return Operation.Conv2d.dense(
        Tensor.of(Shape.of(channels, 1, 1, 1), ones),
        Optional.empty(),
        ConvGeometry.of(1, 0).withGroups(channels));
  }

  private static Operation ternary(int channels) {
    var random = new SplittableRandom(2);
    byte[] trits = new byte[3 * channels];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) random.nextInt(-1, 2);
    }
    var weights =
        new TernaryTensor(Shape.of(3, channels, 1, 1), TernaryMatrix.pack(3, channels, trits));
    return Operation.Conv2d.ternary(
        weights, Optional.empty(), ConvGeometry.of(1, 0), Activations.INT8);
  }

  private static Tensor batch(Shape shape, int seed) {
    var random = new SplittableRandom(seed);
    float[] values = new float[SAMPLES * (int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1.5, 1.5);
    }
    long[] dims = new long[shape.rank() + 1];
    dims[0] = SAMPLES;
    System.arraycopy(shape.toArray(), 0, dims, 1, shape.rank());
    return Tensor.of(Shape.of(dims), values);
  }

  private static List<float[]> expected(Case c, Map<String, Tensor> inputs) {
    List<float[]> expected = new ArrayList<>();
    for (int sample = 0; sample < SAMPLES; sample++) {
      List<Oracle.Value> values = new ArrayList<>();
      for (int i = 0; i < c.shapes().size(); i++) {
        Tensor x = Objects.requireNonNull(inputs.get("x" + i));
        int size = (int) c.shapes().get(i).elements();
        double[] data = new double[size];
        for (int k = 0; k < size; k++) {
          data[k] = x.getFloat((long) sample * size + k);
        }
        values.add(new Oracle.Value(c.shapes().get(i), data));
      }
      double[] y = Oracle.of(c.operation(), values).data();
      float[] floats = new float[y.length];
      for (int i = 0; i < y.length; i++) {
        floats[i] = (float) y[i];
      }
      expected.add(floats);
    }
    return expected;
  }

  private static Tensor run(Graph graph, Map<String, Tensor> inputs, int threads) {
    try (Parallelism parallelism = Parallelism.always(threads);
        Model model =
            Model.of(
                graph,
                ModelOptions.defaults()
                    .withKernel(Kernels.scalar())
                    .withParallelism(parallelism))) {
      return model.run(inputs).values().iterator().next();
    }
  }
}
