package dev.ternary.nn.graph;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.NamePattern;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tensors of a network by the names that its modules give them, as PyTorch's {@code
 * state_dict()} has them. Notes which were asked for, so that {@link #end} can refuse what is left
 * over: a network that leaves out tensors is another network. Does not own their memory; not for
 * several threads at once.
 */
public final class StateDict {

  /** Counts batches of training, which a batch norm has no use for once it is trained. */
  private static final String COUNTER = "num_batches_tracked";

  private static final int SHOWN = 5;

  private final Map<String, StoredTensor> tensors;
  private final Set<String> used = new HashSet<>();

  /** What was cut off all names. */
  private final String prefix;

  private StateDict(Map<String, StoredTensor> tensors, String prefix) {
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    this.prefix = prefix;
  }

  /** The tensors of an open file, which must stay open as long as they are used. */
  public static StateDict of(TensorFile file) {
    return of(file, "");
  }

  /**
   * The tensors of an open file.
   *
   * @param prefix what to cut off where all names begin with it, such as {@code module.}
   */
  public static StateDict of(TensorFile file, String prefix) {
    List<String> names = file.names();
    int cut = names.stream().allMatch(name -> name.startsWith(prefix)) ? prefix.length() : 0;
    var tensors = new LinkedHashMap<String, StoredTensor>();
    names.forEach(name -> tensors.put(name.substring(cut), file.tensor(name)));
    return new StateDict(tensors, prefix.substring(0, cut));
  }

  /** Tensors in memory. */
  public static StateDict of(Map<String, Tensor> named) {
    var tensors = new LinkedHashMap<String, StoredTensor>();
    named.forEach((name, tensor) -> tensors.put(name, StoredTensor.of(name, tensor)));
    return new StateDict(tensors, "");
  }

  /** The same tensors, of which none counts as used. */
  public StateDict restart() {
    return new StateDict(tensors, prefix);
  }

  /** All names in their order; unmodifiable. */
  public Collection<String> names() {
    return tensors.keySet();
  }

  /** Whether there is a tensor with this name. */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  /** The shape of a tensor, which does not count as its use. */
  public Shape shape(String name) {
    return find(name, "tensor").shape();
  }

  /**
   * A tensor of any shape.
   *
   * @throws IllegalArgumentException if there is none, or its elements are of a type that is not
   *     known; the message lists the nearest names
   */
  public Tensor tensor(String name) {
    StoredTensor stored = find(name, "tensor");
    used.add(name);
    try {
      return stored.toTensor();
    } catch (FormatException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * A tensor of a known shape.
   *
   * @param dims its dimensions; -1 for one of any size
   * @throws IllegalArgumentException if there is none, or it has another shape
   */
  public Tensor tensor(String name, long... dims) {
    Shape shape = find(name, "tensor").shape();
    boolean fits = shape.rank() == dims.length;
    for (int axis = 0; fits && axis < dims.length; axis++) {
      fits = dims[axis] == -1 || shape.dim(axis) == dims[axis];
    }
    if (!fits) {
      List<String> expected = new ArrayList<>();
      for (long dim : dims) {
        expected.add(dim == -1 ? "any" : String.valueOf(dim));
      }
      throw new IllegalArgumentException(
          "tensor " + Text.quote(name) + " must have shape " + expected + ", has " + shape);
    }
    return tensor(name);
  }

  /** A tensor in whatever form it is stored. */
  StoredTensor stored(String name, String what) {
    StoredTensor stored = find(name, what);
    used.add(name);
    return stored;
  }

  private StoredTensor find(String name, String what) {
    StoredTensor stored = tensors.get(name);
    if (stored == null) {
      throw new IllegalArgumentException(missing(name, what));
    }
    return stored;
  }

  /** What to say where a tensor is missing. */
  String missing(String name, String what) {
    return "the file has no "
        + what
        + " "
        + Text.quote(name)
        + "; the nearest of its "
        + tensors.size()
        + " names: "
        + Text.near(name, tensors.keySet())
        + inAllNames(name)
            .map(shared ->
                "; all names begin with "
                    + Text.quote(shared)
                    + ", which --strip-prefix "
                    + prefix
                    + shared
                    + " cuts off")
            .orElse("");
  }

  /** What all names begin with, modules before the one that was asked for. */
  private Optional<String> inAllNames(String name) {
    return tensors.keySet().stream()
        .filter(each -> each.endsWith("." + name))
        .map(each -> each.substring(0, each.length() - name.length()))
        .filter(shared -> tensors.keySet().stream().allMatch(each -> each.startsWith(shared)))
        .findFirst();
  }

  /**
   * Refuses tensors that nobody asked for. Those called {@code num_batches_tracked} are no part of
   * a network that runs.
   *
   * @param unused further names that may be left over
   * @throws IllegalArgumentException if there are others; the message lists the first ones
   */
  public void end(List<NamePattern> unused) {
    List<String> left =
        tensors.keySet().stream()
            .filter(name -> !used.contains(name) && !name.endsWith(COUNTER))
            .filter(name -> unused.stream().noneMatch(pattern -> pattern.matches(name)))
            .toList();
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          left.size()
              + (left.size() == 1 ? " tensor is" : " tensors are")
              + " no part of the architecture: "
              + String.join(", ", left.stream().limit(SHOWN).map(Text::quote).toList())
              + (left.size() > SHOWN ? ", ..." : "")
              + "; the nearest names that are: "
              + Text.near(left.getFirst(), used));
    }
  }
}
