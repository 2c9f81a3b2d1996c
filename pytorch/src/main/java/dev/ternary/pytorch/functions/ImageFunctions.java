package dev.ternary.pytorch.functions;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.pooling.Pool;
import dev.ternary.nn.graph.PoolGeometry;

/** Operations on images {@code [samples, channels, height, width]}. */
public final class ImageFunctions {

  private ImageFunctions() {}

  /** The largest value under the window. */
  public static NDArray maxPool2d(NDArray x, PoolGeometry g) {
    return Pool.maxPool2d(x, kernel(g), stride(g), padding(g), false);
  }

  /** The mean under the window; padding counts as zeros. */
  public static NDArray avgPool2d(NDArray x, PoolGeometry g) {
    return Pool.avgPool2d(x, kernel(g), stride(g), padding(g), false, true);
  }

  /** Every {@code stride}-th row and column, and zero channels on both sides. */
  public static NDArray subsamplePad(NDArray x, int stride, int outChannels) {
    NDArray part = stride == 1 ? x : x.get(new NDIndex(":, :, ::" + stride + ", ::" + stride));
    Shape shape = part.getShape();
    long added = outChannels - shape.get(1);
    if (added == 0) {
      return part;
    }
    long before = added / 2;
    var parts = new NDList();
    if (before > 0) {
      parts.add(zeros(part, before));
    }
    parts.add(part);
    parts.add(zeros(part, added - before));
    return NDArrays.concat(parts, 1);
  }

  private static NDArray zeros(NDArray like, long channels) {
    Shape s = like.getShape();
    return like.getManager().zeros(new Shape(s.get(0), channels, s.get(2), s.get(3)));
  }

  private static Shape kernel(PoolGeometry g) {
    return new Shape(g.kernelH(), g.kernelW());
  }

  private static Shape stride(PoolGeometry g) {
    return new Shape(g.strideH(), g.strideW());
  }

  private static Shape padding(PoolGeometry g) {
    return new Shape(g.padH(), g.padW());
  }
}
