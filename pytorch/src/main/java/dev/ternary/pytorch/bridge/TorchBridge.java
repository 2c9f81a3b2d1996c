package dev.ternary.pytorch.bridge;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import dev.ternary.foreign.NativeLibrary;
import dev.ternary.kernel.Activations;
import dev.ternary.packed.Granularity;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs the kernels for packed weights inside libtorch: as the operators {@code ternary::linear} and
 * {@code ternary::linear_ste} of PyTorch's dispatcher, with gradients, from DJL and from
 * TorchScript ({@code torch.ops.ternary.linear(x, packed)}). They are registered once a process and
 * stay; a TorchScript module that calls them can be loaded after {@link #state} was asked for once.
 *
 * <p>Works with libtorch on Linux on x86-64. Anywhere else the state says why not, and layers
 * compute with float32 weights.
 */
public final class TorchBridge {

  /** {@code auto} (the default), or {@code off} to compute without the bridge. */
  public static final String PROPERTY = "ternary.pytorch.bridge";

  private static final System.Logger LOG = System.getLogger(TorchBridge.class.getName());

  private static final Object LOCK = new Object();
  private static @Nullable State registered;
  private static @Nullable State switchedOff;

  private TorchBridge() {}

  /** Whether the operators exist. */
  public sealed interface State {

    /**
     * They do.
     *
     * @param library file of the libtorch that has them
     */
    record Registered(Path library) implements State {}

    /** They do not. */
    record Unavailable(String reason) implements State {}
  }

  /** Starts PyTorch and registers the operators, where that has not happened yet. */
  public static State state() {
    synchronized (LOCK) {
      if (System.getProperty(PROPERTY, "auto").equals("off")) {
        if (switchedOff == null) {
          switchedOff = say(new State.Unavailable("it is switched off by -D" + PROPERTY + "=off"));
        }
        return switchedOff;
      }
      if (registered == null) {
        registered = say(register());
      }
      return registered;
    }
  }

  private static State say(State state) {
    switch (state) {
      case State.Registered(Path library) ->
          LOG.log(Level.DEBUG, "ternary operators registered in " + library.getFileName());
      case State.Unavailable(String reason) ->
          LOG.log(
              Level.WARNING,
              "packed kernels do not run inside PyTorch, float32 weights are used instead: "
                  + reason);
    }
    return state;
  }

  private static State register() {
    try {
      Optional<String> unsupported =
          LibTorch.unsupportedMachine(
              System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
      if (unsupported.isPresent()) {
        return new State.Unavailable(unsupported.get());
      }
      var _ = Engine.getEngine("PyTorch");
      return switch (LibTorch.library()) {
        case NativeLibrary.Search.Missing(String reason) ->
            new State.Unavailable("PyTorch runs, but its " + reason);
        case NativeLibrary.Search.Found(NativeLibrary library) -> register(library);
      };
    } catch (EngineException | IllegalStateException | UnsatisfiedLinkError e) {
      return new State.Unavailable(String.valueOf(e.getMessage()));
    } catch (IllegalCallerException e) {
      return new State.Unavailable(
          "native access is denied: start Java with --enable-native-access=ALL-UNNAMED ("
              + e.getMessage()
              + ")");
    }
  }

  private static State register(NativeLibrary library) {
    Optional<State> refused = refused(library);
    if (refused.isPresent()) {
      return refused.get();
    }
    Operators.register();
    return new State.Registered(library.file().orElseThrow());
  }

  /** Why a libtorch will not do, if so. */
  static Optional<State> refused(NativeLibrary library) {
    List<String> missing = library.missing(Shim.FUNCTIONS);
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new State.Unavailable("this libtorch has no function " + String.join(", ", missing)));
  }

  static void require() {
    if (state() instanceof State.Unavailable(String reason)) {
      throw new IllegalStateException("packed kernels do not run inside PyTorch: " + reason);
    }
  }

  /**
   * {@code x q^T} with the packed kernels, for training: {@code q} is the float32 form of ternary
   * weights and part of a graph. The gradient of {@code x} is {@code g q}, that of {@code q} is
   * {@code g^T x}; with int8 activations {@code x} is the rounded one there, and the gradient goes
   * straight through the rounding.
   *
   * @param q {@code [rows, cols]}
   * @param granularity which weights of {@code q} have one absolute value
   * @throws IllegalArgumentException if shapes do not fit, or {@code q} is not ternary
   * @throws IllegalStateException if the bridge is not available
   */
  public static NDArray linearStraightThrough(
      NDArray x, NDArray q, Granularity granularity, Activations activations) {
    require();
    Strided weights = Tensors.float32(q, "q");
    Operators.requireMatrix(weights);
    Product.requireFits(Tensors.float32(x, "x"), weights.tokens(), weights.cols());
    return Tensors.array(
        Shim.call(
            "ternary::linear_ste",
            Tensors.handle(x),
            Tensors.handle(q),
            PackedBytes.sharing(granularity),
            activations == Activations.INT8 ? 1 : 0),
        x);
  }
}
