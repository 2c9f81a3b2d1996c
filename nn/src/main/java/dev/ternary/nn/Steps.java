package dev.ternary.nn;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.PreparedConv2d;
import dev.ternary.nn.run.Affine;
import dev.ternary.nn.run.Chain;
import dev.ternary.nn.run.ConvStep;
import dev.ternary.nn.run.GlobalMean;
import dev.ternary.nn.run.LinearStep;
import dev.ternary.nn.run.Pointwise;
import dev.ternary.nn.run.PoolStep;
import dev.ternary.nn.run.RowNorm;
import dev.ternary.nn.run.Step;
import dev.ternary.nn.run.SubsampleStep;
import dev.ternary.nn.run.Sum;
import dev.ternary.nn.run.TernaryConvStep;
import dev.ternary.nn.run.TernaryLinearStep;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes layers ready to run. */
final class Steps {

  private final TernaryKernel kernel;

  Steps(TernaryKernel kernel) {
    this.kernel = kernel;
  }

  /** A layer that does something when it runs, and what it gets. */
  private record Running(String name, Layer layer, Shape in) {}

  /**
   * A chain of all layers, whose shapes were checked, with batch norms folded, and each ReLU behind
   * a ternary layer part of that.
   *
   * @throws IllegalArgumentException if a layer cannot run; the message gives its index and type
   */
  Chain chain(String where, List<Layer> layers, Shape in) {
    List<Running> running = running(where, layers, in);
    List<Chain.Named> steps = new ArrayList<>();
    try {
      for (int i = 0; i < running.size(); i++) {
        Running current = running.get(i);
        boolean relu =
            isTernary(current.layer())
                && i + 1 < running.size()
                && running.get(i + 1).layer() instanceof Layer.Relu;
        steps.add(new Chain.Named(current.name(), step(current, relu)));
        i += relu ? 1 : 0;
      }
    } catch (RuntimeException e) {
      steps.forEach(named -> named.step().close());
      throw e;
    }
    return new Chain(Math.toIntExact(in.elements()), steps);
  }

  private static List<Running> running(String where, List<Layer> layers, Shape in) {
    List<Running> running = new ArrayList<>();
    List<Optional<Layer>> folded = Folding.fold(layers, in);
    Shape shape = in;
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      Optional<Layer> runs = folded.get(i).filter(l -> !(l instanceof Layer.Flatten));
      if (runs.isPresent()) {
        String name = where + i + " (" + layer.typeName() + ")";
        running.add(new Running(name, runs.get(), shape));
      }
      shape = layer.outputShape(shape);
    }
    return running;
  }

  private static boolean isTernary(Layer layer) {
    return layer instanceof Layer.TernaryLinear || layer instanceof Layer.TernaryConv2d;
  }

  private Step step(Running running, boolean relu) {
    try {
      return step(running.layer(), running.in(), relu);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(running.name() + ": " + e.getMessage(), e);
    }
  }

  private Step step(Layer layer, Shape in, boolean relu) {
    int size = Math.toIntExact(in.elements());
    return switch (layer) {
      case Layer.Flatten _ -> throw new AssertionError("Flatten does nothing");
      case Layer.TernaryLinear l ->
          new TernaryLinearStep(
              kernel, l.weights(), epilogue(l.bias(), relu), tokens(in), l.activations());
      case Layer.TernaryConv2d l -> {
        ConvShape conv = LayerShapes.conv(l.weights().shape(), l.geometry(), in);
        yield new TernaryConvStep(
            PreparedConv2d.prepare(kernel, l.weights().matrix(), epilogue(l.bias(), relu), conv),
            l.activations());
      }
      case Layer.Linear l -> {
        int out = Math.toIntExact(l.weights().shape().dim(0));
        int inputs = Math.toIntExact(l.weights().shape().dim(1));
        yield new LinearStep(out, inputs, l.weights().toFloatArray(), floats(l.bias()), tokens(in));
      }
      case Layer.Conv2d l ->
          new ConvStep(
              LayerShapes.conv(l.weights().shape(), l.geometry(), in),
              l.weights().toFloatArray(),
              floats(l.bias()));
      case Layer.BatchNorm l -> {
        Folding.Norm norm = Folding.Norm.of(l);
        int features = Math.toIntExact(in.dim(0));
        int inner = features == 0 ? 0 : size / features;
        yield new Affine(norm.floatScale(), norm.floatShift(), inner);
      }
      case Layer.LayerNorm l ->
          RowNorm.layerNorm(size, l.gamma().toFloatArray(), l.beta().toFloatArray(), l.eps());
      case Layer.RmsNorm l -> RowNorm.rmsNorm(size, l.gamma().toFloatArray(), l.eps());
      case Layer.Softmax _ -> RowNorm.softmax(size, Math.toIntExact(in.dim(in.rank() - 1)));
      case Layer.Relu _ -> new Pointwise(Pointwise.Function.RELU, size);
      case Layer.Gelu l -> new Pointwise(function(l.form()), size);
      case Layer.Silu _ -> new Pointwise(Pointwise.Function.SILU, size);
      case Layer.MaxPool2d l -> new PoolStep(LayerShapes.pool(l.geometry(), in), true);
      case Layer.AvgPool2d l -> new PoolStep(LayerShapes.pool(l.geometry(), in), false);
      case Layer.GlobalAvgPool2d _ -> {
        int channels = (int) in.dim(0);
        yield new GlobalMean(channels, size / channels);
      }
      case Layer.SubsamplePad l ->
          new SubsampleStep(
              (int) in.dim(0), (int) in.dim(1), (int) in.dim(2), l.stride(), l.outChannels());
      case Layer.Residual l -> residual(l, in);
    };
  }

  private Sum residual(Layer.Residual layer, Shape in) {
    Chain body = chain("body layer ", layer.body(), in);
    try {
      return new Sum(body, chain("shortcut layer ", layer.shortcut(), in));
    } catch (RuntimeException e) {
      body.close();
      throw e;
    }
  }

  private static Pointwise.Function function(Layer.Gelu.Form form) {
    return switch (form) {
      case ERF -> Pointwise.Function.GELU_ERF;
      case TANH -> Pointwise.Function.GELU_TANH;
    };
  }

  /** Rows that a layer on the last dimension works on. */
  private static int tokens(Shape in) {
    long tokens = 1;
    for (int axis = 0; axis < in.rank() - 1; axis++) {
      tokens *= in.dim(axis);
    }
    return Math.toIntExact(tokens);
  }

  private static Epilogue epilogue(Optional<Tensor> bias, boolean relu) {
    Epilogue epilogue = Epilogue.bias(floats(bias));
    return relu ? epilogue.withRelu() : epilogue;
  }

  private static float[] floats(Optional<Tensor> tensor) {
    return tensor.map(Tensor::toFloatArray).orElseGet(() -> new float[0]);
  }
}
