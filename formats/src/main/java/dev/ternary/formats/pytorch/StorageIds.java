package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The persistent ids of {@code torch.save}: {@code ('storage', class, key, location, elements)}, in
 * legacy files with a sixth item, {@code None} or {@code (key, first element, elements)} of a part.
 * See {@code torch/serialization.py}, {@code persistent_id}, of PyTorch 2.13.
 */
final class StorageIds implements PersistentIds {

  private final Path file;
  private final boolean legacy;
  private final Map<String, StorageRef> roots = new HashMap<>();

  StorageIds(Path file, boolean legacy) {
    this.file = file;
    this.legacy = legacy;
  }

  /** The first reference to each storage, by key. */
  Map<String, StorageRef> roots() {
    return roots;
  }

  @Override
  public StorageRef load(Object id, long at) throws FormatException {
    if (!(id instanceof PyTuple tuple)) {
      throw error(at, "must be a tuple, found " + Kinds.of(id));
    }
    List<Object> items = tuple.items();
    if (items.isEmpty() || !"storage".equals(items.get(0))) {
      Object kind = items.isEmpty() ? tuple : items.get(0);
      String shown = kind instanceof String text ? Text.quote(text) : Kinds.of(kind);
      throw error(at, "must be that of a 'storage', found " + shown);
    }
    if (items.size() != (legacy ? 6 : 5)) {
      throw error(at, "must have " + (legacy ? 6 : 5) + " items, found " + items.size());
    }
    if (!(items.get(1) instanceof Global.ElementType type)
        || !(items.get(2) instanceof String key)
        || !(items.get(3) instanceof String)
        || !(items.get(4) instanceof Long elements)
        || elements < 0
        || elements > Long.MAX_VALUE / 8) {
      throw error(at, "must have a storage class, two strings and a number of elements");
    }
    var root = new StorageRef(key, type.element(), elements, 0, elements, at);
    if (legacy) {
      requireSame(roots.getOrDefault(key, root), root);
    }
    roots.putIfAbsent(key, root);
    return legacy ? part(root, items.get(5)) : root;
  }

  private void requireSame(StorageRef first, StorageRef again) throws FormatException {
    if (!first.element().equals(again.element()) || first.elements() != again.elements()) {
      throw error(
          again.at(),
          "says that storage "
              + Text.quote(again.key())
              + " is "
              + again.elements()
              + " elements of "
              + again.element()
              + ", but another that it is "
              + first.elements()
              + " of "
              + first.element());
    }
  }

  private StorageRef part(StorageRef root, Object view) throws FormatException {
    if (view instanceof Optional<?>) {
      return root;
    }
    if (!(view instanceof PyTuple tuple)
        || tuple.items().size() != 3
        || !(tuple.items().get(1) instanceof Long from)
        || !(tuple.items().get(2) instanceof Long elements)) {
      throw error(root.at(), "has a sixth item that is neither None nor part of a storage");
    }
    if (from < 0 || elements < 0 || from > root.elements() - elements) {
      throw error(
          root.at(),
          "takes " + elements + " elements from " + from + " of a storage of " + root.elements());
    }
    return new StorageRef(root.key(), root.element(), root.elements(), from, elements, root.at());
  }

  private FormatException error(long at, String reason) {
    return new FormatException(file, at, "a persistent id " + reason);
  }
}
