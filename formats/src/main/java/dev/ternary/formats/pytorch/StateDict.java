package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The tensors of a checkpoint by name.
 *
 * @param tensors in the order of the file; the names of tensors in inner dicts and lists are joined
 *     with dots
 * @param notes what a person should know of what was left out; mostly none
 */
public record StateDict(List<StoredTensor> tensors, List<String> notes) {

  /** Where training programs put the weights, by how often they do. */
  static final List<String> KEYS =
      List.of("state_dict", "model_state_dict", "model", "params_ema", "params", "net");

  /** What the one tensor of a checkpoint without names is called. */
  private static final String ARRAY = "array";

  /** Characters of all names together: names can be shared, so that a small file has long ones. */
  private static final long MOST_CHARACTERS = 64 << 20;

  /** Makes the lists unmodifiable. */
  public StateDict {
    tensors = List.copyOf(tensors);
    notes = List.copyOf(notes);
  }

  /** The weights of a checkpoint, wherever they are in it. */
  static StateDict find(Path file, Saved content) throws FormatException {
    var notes = new ArrayList<String>();
    if (content.root() instanceof Map<?, ?> root) {
      for (String key : KEYS) {
        if (root.get(key) instanceof Map<?, ?> inner && hasTensor(inner)) {
          noteOthers(root, key, notes);
          return new Walk(file, content.rootAt(), notes).of(inner);
        }
      }
      var weights = new LinkedHashMap<Object, Object>(root);
      root.forEach((key, value) -> {
        if (isOptimizer(key) && hasTensor(value)) {
          weights.remove(key);
          notes.add("left out the tensors under " + Text.quote(String.valueOf(key)));
        }
      });
      if (hasTensor(weights)) {
        return new Walk(file, content.rootAt(), notes).of(weights);
      }
    } else if (hasTensor(content.root())) {
      return new Walk(file, content.rootAt(), notes).of(content.root());
    }
    throw new FormatException(
        file,
        content.rootAt(),
        "no tensors by name at the root or under one of "
            + KEYS
            + "; the root is "
            + RootSummary.of(content.root()));
  }

  /** The tensors under a key of the root, or a path of keys with dots between them. */
  static StateDict under(Path file, Saved content, String key) throws FormatException {
    Optional<Object> part = part(content.root(), key);
    if (part.isEmpty() || !hasTensor(part.get())) {
      throw new IllegalArgumentException(
          file
              + " has no tensors under "
              + Text.quote(key)
              + "; its root is "
              + RootSummary.of(content.root()));
    }
    return new Walk(file, content.rootAt(), new ArrayList<>()).of(part.get());
  }

  private static Optional<Object> part(Object value, String path) {
    if (!(value instanceof Map<?, ?> map)) {
      return Optional.empty();
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = String.valueOf(entry.getKey());
      if (key.equals(path)) {
        return Optional.ofNullable(entry.getValue());
      }
      if (path.startsWith(key + ".")) {
        Optional<Object> inner = part(entry.getValue(), path.substring(key.length() + 1));
        if (inner.isPresent()) {
          return inner;
        }
      }
    }
    return Optional.empty();
  }

  private static void noteOthers(Map<?, ?> root, String taken, List<String> notes) {
    String others =
        root.entrySet().stream()
            .filter(e -> !taken.equals(e.getKey()) && !isOptimizer(e.getKey()))
            .filter(e -> hasTensor(e.getValue()))
            .limit(10)
            .map(e -> Text.quote(String.valueOf(e.getKey())))
            .collect(Collectors.joining(", "));
    if (!others.isEmpty()) {
      notes.add("took the tensors under '" + taken + "' and left out those of " + others);
    }
  }

  /** What a training needs to go on, which is no weight. */
  private static boolean isOptimizer(Object key) {
    return key instanceof String text && text.toLowerCase(Locale.ROOT).startsWith("optim");
  }

  private static boolean hasTensor(Object value) {
    return switch (value) {
      case Tensor _, StoredTensor _ -> true;
      case Map<?, ?> map -> map.values().stream().anyMatch(StateDict::hasTensor);
      case List<?> list -> list.stream().anyMatch(StateDict::hasTensor);
      default -> false;
    };
  }

  /** Gathers tensors with their names. */
  private static final class Walk {

    private final Path file;
    private final long at;
    private final List<String> notes;
    private final Deque<Object> path = new ArrayDeque<>();
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private long characters;

    Walk(Path file, long at, List<String> notes) {
      this.file = file;
      this.at = at;
      this.notes = notes;
    }

    StateDict of(Object value) throws FormatException {
      walk(value);
      return new StateDict(List.copyOf(tensors.values()), notes);
    }

    private void walk(Object value) throws FormatException {
      switch (value) {
        case Tensor tensor -> {
          String name = name();
          add(name, StoredTensor.of(name, tensor));
        }
        case StoredTensor opaque -> {
          String name = name();
          add(name, named(name, opaque));
        }
        case Map<?, ?> map -> {
          for (Map.Entry<?, ?> entry : map.entrySet()) {
            step(entry.getKey(), entry.getValue());
          }
        }
        case List<?> list -> {
          for (int i = 0; i < list.size(); i++) {
            step(i, list.get(i));
          }
        }
        default -> {} // Numbers and texts, which are no weights.
      }
    }

    private void step(Object key, Object value) throws FormatException {
      path.addLast(key);
      walk(value);
      path.removeLast();
    }

    private String name() throws FormatException {
      for (Object key : path) {
        characters += 1L + (key instanceof String text ? text.length() : 1);
      }
      if (characters > MOST_CHARACTERS) {
        throw new FormatException(
            file, at, "the names of tensors take more than " + MOST_CHARACTERS + " characters");
      }
      return path.isEmpty()
          ? ARRAY
          : path.stream().map(String::valueOf).collect(Collectors.joining("."));
    }

    private void add(String name, StoredTensor tensor) {
      if (tensors.putIfAbsent(name, tensor) != null) {
        notes.add("left out a second tensor of the name " + Text.quote(name));
      }
    }

    private StoredTensor named(String name, StoredTensor opaque) {
      var refusal =
          new FormatException(
              file,
              at,
              "tensor "
                  + Text.quote(name)
                  + " has elements of type "
                  + opaque.encoding()
                  + ", which is not supported; convert it to one of "
                  + List.of(DType.values()));
      return StoredTensor.opaque(name, opaque.encoding(), opaque.shape(), opaque.bytes(), refusal);
    }
  }
}
