package dev.ternary.pytorch.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Embedding;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;

/**
 * A table of {@code [entries, size]} shadow weights whose rows are looked up in ternary form. The
 * input is an array of integer indices of any shape; the output has one more dimension.
 */
public final class TernaryEmbedding extends AbstractBlock implements TernaryBlock {

  private final TernaryWeight ternary;
  private final Parameter weight;
  private final long size;

  /** A table whose weights start out normal with deviation 1, as PyTorch's do. */
  public TernaryEmbedding(long entries, long size, TernaryOptions options) {
    if (entries < 1 || size < 1) {
      throw new IllegalArgumentException(
          "an embedding needs entries of 1 value or more, got " + entries + " of " + size);
    }
    this.size = size;
    weight =
        addParameter(
            Parameter.builder()
                .setName("weight")
                .setType(Parameter.Type.WEIGHT)
                .optShape(new Shape(entries, size))
                .optInitializer(new NormalInitializer(1))
                .build());
    ternary = new TernaryWeight(options, weight);
    ternary.scales().forEach(this::addParameter);
    ternary.prepareScales();
  }

  @Override
  public TernaryWeight ternary() {
    return ternary;
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    return new Shape[] {inputShapes[0].addAll(new Shape(size))};
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      PairList<String, Object> params) {
    NDArray x = inputs.singletonOrThrow();
    NDArray q = ternary.of(parameterStore, x, training);
    return Embedding.embedding(x, q, SparseFormat.DENSE);
  }
}
