package dev.ternary.pytorch.layers;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A block whose chosen weights are ternary, whatever kind of block it is: it is handed a store that
 * gives ternary weights. The parameters stay the shadow weights, so that it can be trained on, and
 * taken out of the scope again.
 */
public final class TernaryScope extends AbstractBlock {

  private final Block inner;
  private final Map<String, TernaryWeight> weights;

  private TernaryScope(Block inner, Map<String, TernaryWeight> weights) {
    this.inner = addChildBlock("inner", inner);
    this.weights = weights;
  }

  /**
   * A scope around a block.
   *
   * @param options how the chosen weights become ternary, without learned scales, which would be
   *     parameters of a block
   * @param chosen parameters of blocks inside, of rank 2 or more
   */
  public static TernaryScope of(Block inner, TernaryOptions options, List<Parameter> chosen) {
    if (options.learnedScale() != LearnedScale.NONE) {
      throw new IllegalArgumentException(
          "a scope has no parameters of its own and cannot learn scales, got "
              + options.learnedScale());
    }
    var weights = new LinkedHashMap<String, TernaryWeight>();
    for (Parameter parameter : chosen) {
      weights.put(parameter.getId(), new TernaryWeight(options, parameter));
    }
    return new TernaryScope(inner, weights);
  }

  /** The block without the scope, with the weights as training left them. */
  public Block inner() {
    return inner;
  }

  /** Forgets the weights that evaluation made once; see {@link TernaryBlock#refresh}. */
  public void refresh() {
    weights.values().forEach(TernaryWeight::refresh);
  }

  /** What makes the chosen parameters ternary, in the order in which they were chosen. */
  public List<TernaryWeight> weights() {
    return List.copyOf(weights.values());
  }

  /** What makes this parameter ternary, where it is one of the chosen. */
  public Optional<TernaryWeight> weight(Parameter parameter) {
    return Optional.ofNullable(weights.get(parameter.getId()));
  }

  /** Gives ternary weights in place of the chosen parameters. */
  private final class Store extends ParameterStore {

    private final ParameterStore store;
    private final NDManager step;

    Store(ParameterStore store, NDManager step) {
      super(step, false);
      this.store = store;
      this.step = step;
    }

    @Override
    @SuppressWarnings("NullAway") // DJL passes null for a parameter that a block does not have
    public NDArray getValue(@Nullable Parameter parameter, Device device, boolean training) {
      NDArray w = store.getValue(parameter, device, training);
      TernaryWeight ternary = parameter == null ? null : weights.get(parameter.getId());
      return ternary == null ? w : ternary.of(w, step, training);
    }

    @Override
    public NDManager getManager() {
      return store.getManager();
    }
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      PairList<String, Object> params) {
    var store = new Store(parameterStore, inputs.head().getManager());
    return inner.forward(store, inputs, training, params);
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... shapes) {
    inner.initialize(manager, dataType, shapes);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] shapes) {
    return inner.getOutputShapes(shapes);
  }
}
