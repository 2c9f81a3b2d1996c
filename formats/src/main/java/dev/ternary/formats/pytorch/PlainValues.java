package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns what a pickle made into plain, unmodifiable Java values that are safe to walk: not nested
 * too deep, nothing inside itself, and no small file that unfolds into billions of values.
 */
final class PlainValues {

  /** Containers inside containers. */
  static final int MOST_NESTED = 100;

  /** Values met by a walk through all containers, where shared ones are met repeatedly. */
  static final long MOST_VALUES = 10_000_000;

  private final Path file;
  private final TensorViews views;
  private final boolean modules;
  private final IdentityHashMap<Object, Plain> done = new IdentityHashMap<>();
  private final Set<Object> unfinished = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * For the values of one pickle.
   *
   * @param modules whether modules of TorchScript become {@link ScriptModule}s; else they are maps
   *     of their attributes
   */
  PlainValues(Path file, TensorViews views, boolean modules) {
    this.file = file;
    this.views = views;
    this.modules = modules;
  }

  /**
   * A finished value.
   *
   * @param walk values in it, itself included
   * @param height containers in it from the outermost to the innermost
   */
  private record Plain(Object value, long walk, int height) {}

  /** The plain form of {@code value}. */
  Object of(Object value) throws FormatException {
    return plain(value, 0, 0).value();
  }

  /** {@code at} is where the container begins that {@code value} is in. */
  private Plain plain(Object value, int depth, long at) throws FormatException {
    return switch (value) {
      case PyTuple tuple -> container(tuple, tuple.at(), depth);
      case PyList list -> container(list, list.at(), depth);
      case PyDict dict -> container(dict, dict.at(), depth);
      case TensorSpec spec -> tensor(spec);
      case Global.DTypeName dtype -> new Plain(dtype.pythonName(), 1, 0);
      case Global _, StorageRef _ ->
          throw new FormatException(
              file,
              value instanceof StorageRef ref ? ref.at() : at,
              "a bare " + Kinds.of(value) + " is neither a tensor nor a plain value");
      default -> new Plain(value, 1, 0);
    };
  }

  private Plain tensor(TensorSpec spec) throws FormatException {
    Plain known = done.get(spec);
    if (known == null) {
      StoredTensor tensor = views.tensor(spec);
      known = new Plain(tensor.dtype().isPresent() ? tensor.toTensor() : tensor, 1, 0);
      done.put(spec, known);
    }
    return known;
  }

  private Plain container(Object container, long at, int depth) throws FormatException {
    Plain known = done.get(container);
    if (known != null) {
      return known;
    }
    if (!unfinished.add(container)) {
      throw new FormatException(file, at, "a " + Kinds.of(container) + " contains itself");
    }
    requireNested(depth + 1, at);
    Plain plain =
        switch (container) {
          case PyTuple tuple -> list(tuple.items(), at, depth);
          case PyList list -> list(list.items(), at, depth);
          case PyDict dict -> map(dict, depth);
          default -> throw new AssertionError("no container: " + container.getClass());
        };
    unfinished.remove(container);
    done.put(container, plain);
    return plain;
  }

  private Plain list(List<Object> items, long at, int depth) throws FormatException {
    var values = new ArrayList<Object>(items.size());
    var total = new Total(at);
    for (Object item : items) {
      Plain plain = plain(item, depth + 1, at);
      total.add(plain);
      values.add(plain.value());
    }
    return total.of(Collections.unmodifiableList(values));
  }

  private Plain map(PyDict dict, int depth) throws FormatException {
    var values = new LinkedHashMap<Object, Object>();
    var total = new Total(dict.at());
    for (Map.Entry<Object, Object> entry : dict.entries().entrySet()) {
      Plain plain = plain(entry.getValue(), depth + 1, dict.at());
      total.add(plain);
      values.put(entry.getKey(), plain.value());
    }
    return total.of(
        modules && dict.type().isPresent()
            ? ScriptModule.of(dict.type().get(), values)
            : Collections.unmodifiableMap(values));
  }

  private void requireNested(int levels, long at) throws FormatException {
    if (levels > MOST_NESTED) {
      throw new FormatException(
          file, at, "containers are nested more than " + MOST_NESTED + " deep");
    }
  }

  /** Sums up the items of a container. */
  private final class Total {

    private final long at;
    private long walk = 1;
    private int height;

    Total(long at) {
      this.at = at;
    }

    void add(Plain item) throws FormatException {
      walk += item.walk();
      height = Math.max(height, item.height());
      requireNested(height + 1, at);
      if (walk > MOST_VALUES) {
        throw new FormatException(file, at, "unfolds into more than " + MOST_VALUES + " values");
      }
    }

    Plain of(Object value) {
      return new Plain(value, walk, height + 1);
    }
  }
}
