package dev.ternary.nn;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.tensor.Shape;
import java.util.List;

/** The output shape of every layer. */
final class LayerShapes {

  private LayerShapes() {}

  static Shape output(Layer layer, Shape in) {
    return switch (layer) {
      case Layer.TernaryLinear l -> linear(l.weights().cols(), l.weights().rows(), in);
      case Layer.Linear l -> linear(l.weights().shape().dim(1), l.weights().shape().dim(0), in);
      case Layer.TernaryConv2d l -> image(conv(l.weights().shape(), l.geometry(), in));
      case Layer.Conv2d l -> image(conv(l.weights().shape(), l.geometry(), in));
      case Layer.BatchNorm l -> batchNorm(l.gamma().shape().dim(0), in);
      case Layer.LayerNorm l -> norm(l.gamma().shape(), in);
      case Layer.RmsNorm l -> norm(l.gamma().shape(), in);
      case Layer.Relu _, Layer.Gelu _, Layer.Silu _ -> in;
      case Layer.MaxPool2d l -> image(pool(l.geometry(), in));
      case Layer.AvgPool2d l -> image(pool(l.geometry(), in));
      case Layer.GlobalAvgPool2d _ -> Shape.of(requireImage(in).dim(0));
      case Layer.Flatten _ -> Shape.of(in.elements());
      case Layer.Softmax _ -> atLeastRankOne(in);
      case Layer.SubsamplePad l -> subsample(l, in);
      case Layer.Residual l -> residual(l, in);
    };
  }

  /** The shape after all layers; a refusal says which layer. */
  static Shape chain(String where, List<Layer> layers, Shape in) {
    Shape shape = in;
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      try {
        shape = requireSize(output(layer, shape));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            where + i + " (" + layer.typeName() + "): " + e.getMessage(), e);
      }
    }
    return shape;
  }

  private static Shape requireSize(Shape out) {
    if (out.elements() < 1 || out.elements() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the output must have from 1 to 2^31 - 1 elements, found shape " + out);
    }
    return out;
  }

  static ConvShape conv(Shape weights, ConvGeometry geometry, Shape in) {
    requireImage(in);
    long channels = weights.dim(1) * geometry.groups();
    if (in.dim(0) != channels) {
      throw new IllegalArgumentException(
          "weights "
              + weights
              + " in "
              + geometry.groups()
              + " groups need ["
              + channels
              + ", height, width], found "
              + in);
    }
    return new ConvShape(
        (int) in.dim(0),
        (int) in.dim(1),
        (int) in.dim(2),
        (int) weights.dim(0),
        (int) weights.dim(2),
        (int) weights.dim(3),
        geometry);
  }

  /** A pool as a convolution of each channel by itself. */
  static ConvShape pool(PoolGeometry g, Shape in) {
    requireImage(in);
    int channels = (int) in.dim(0);
    var geometry = new ConvGeometry(g.strideH(), g.strideW(), g.padH(), g.padW(), 1, 1, channels);
    return new ConvShape(
        channels, (int) in.dim(1), (int) in.dim(2), channels, g.kernelH(), g.kernelW(), geometry);
  }

  private static Shape image(ConvShape conv) {
    return Shape.of(conv.outChannels(), conv.outHeight(), conv.outWidth());
  }

  private static Shape linear(long inputs, long outputs, Shape in) {
    if (in.rank() < 1 || in.dim(in.rank() - 1) != inputs) {
      throw new IllegalArgumentException(
          "expected " + inputs + " features in the last dimension, found shape " + in);
    }
    long[] dims = in.toArray();
    dims[dims.length - 1] = outputs;
    return Shape.of(dims);
  }

  private static Shape batchNorm(long features, Shape in) {
    if (in.rank() < 1 || in.dim(0) != features) {
      throw new IllegalArgumentException(
          "expected " + features + " features in the first dimension, found shape " + in);
    }
    return in;
  }

  private static Shape norm(Shape gamma, Shape in) {
    boolean fits = in.rank() >= gamma.rank();
    for (int i = 1; fits && i <= gamma.rank(); i++) {
      fits = in.dim(in.rank() - i) == gamma.dim(gamma.rank() - i);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "expected the trailing dimensions " + gamma + ", found shape " + in);
    }
    return in;
  }

  private static Shape atLeastRankOne(Shape in) {
    if (in.rank() < 1) {
      throw new IllegalArgumentException("expected at least 1 dimension, found shape " + in);
    }
    return in;
  }

  private static Shape subsample(Layer.SubsamplePad layer, Shape in) {
    requireImage(in);
    if (layer.outChannels() < in.dim(0)) {
      throw new IllegalArgumentException(
          "expected at most " + layer.outChannels() + " channels, found shape " + in);
    }
    return Shape.of(
        layer.outChannels(),
        Math.ceilDiv(in.dim(1), (long) layer.stride()),
        Math.ceilDiv(in.dim(2), (long) layer.stride()));
  }

  private static Shape residual(Layer.Residual layer, Shape in) {
    Shape body = chain("body layer ", layer.body(), in);
    Shape shortcut = chain("shortcut layer ", layer.shortcut(), in);
    if (!body.equals(shortcut)) {
      throw new IllegalArgumentException(
          "body and shortcut must have one shape, found body "
              + body
              + " and shortcut "
              + shortcut);
    }
    return body;
  }

  private static Shape requireImage(Shape in) {
    if (in.rank() != 3) {
      throw new IllegalArgumentException("expected [channels, height, width], found shape " + in);
    }
    for (int axis = 0; axis < 3; axis++) {
      if (in.dim(axis) < 1 || in.dim(axis) > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "each dimension of an image must be from 1 to 2^31 - 1, found shape " + in);
      }
    }
    return in;
  }
}
