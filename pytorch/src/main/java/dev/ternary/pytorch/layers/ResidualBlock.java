package dev.ternary.pytorch.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Optional;

/** {@code body(x) + shortcut(x)}; without a shortcut {@code body(x) + x}. */
public final class ResidualBlock extends AbstractBlock {

  private final Block body;
  private final Optional<Block> shortcut;

  /** The body around the identity. */
  public ResidualBlock(Block body) {
    this.body = addChildBlock("body", body);
    this.shortcut = Optional.empty();
  }

  /** The body beside another block of the same output shape. */
  public ResidualBlock(Block body, Block shortcut) {
    this.body = addChildBlock("body", body);
    this.shortcut = Optional.of(addChildBlock("shortcut", shortcut));
  }

  /** The long way. */
  public Block body() {
    return body;
  }

  /** The short way; empty is the identity. */
  public Optional<Block> shortcut() {
    return shortcut;
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      PairList<String, Object> params) {
    NDArray x = inputs.singletonOrThrow();
    NDArray y = body.forward(parameterStore, inputs, training, params).singletonOrThrow();
    NDArray around =
        shortcut.isEmpty()
            ? x
            : shortcut.get().forward(parameterStore, inputs, training, params).singletonOrThrow();
    return new NDList(y.add(around));
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... shapes) {
    body.initialize(manager, dataType, shapes);
    shortcut.ifPresent(s -> s.initialize(manager, dataType, shapes));
  }

  @Override
  public Shape[] getOutputShapes(Shape[] shapes) {
    return body.getOutputShapes(shapes);
  }
}
