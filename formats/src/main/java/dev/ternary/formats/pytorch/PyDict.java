package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A Python dict while it is filled, or the attributes of a module of TorchScript. Compared by
 * identity, because it may contain itself.
 */
final class PyDict {

  private final Map<Object, Object> entries = new LinkedHashMap<>(0);
  private final boolean ordered;
  private final Optional<String> type;
  private final long at;

  /**
   * An empty dict made at offset {@code at} of the file.
   *
   * @param ordered whether it is an {@code OrderedDict}, which may have attributes
   */
  PyDict(boolean ordered, long at) {
    this(ordered, Optional.empty(), at);
  }

  private PyDict(boolean ordered, Optional<String> type, long at) {
    this.ordered = ordered;
    this.type = type;
    this.at = at;
  }

  /** A module without attributes, of the class with this name. */
  static PyDict ofModule(String type, long at) {
    return new PyDict(false, Optional.of(type), at);
  }

  /** Adds or replaces an entry, as Python does. */
  void put(Path file, long offset, Object key, Object value) throws FormatException {
    // Only values whose hash is cheap: that of a tuple could be made to take forever.
    switch (key) {
      case String _, Long _, BigInteger _, Double _, Boolean _ -> entries.put(key, value);
      default ->
          throw new FormatException(
              file, offset, "a key of a dict must be a string or a number, found " + Kinds.of(key));
    }
  }

  Map<Object, Object> entries() {
    return entries;
  }

  boolean module() {
    return type.isPresent();
  }

  /** The class, of a module. */
  Optional<String> type() {
    return type;
  }

  boolean ordered() {
    return ordered;
  }

  long at() {
    return at;
  }
}
