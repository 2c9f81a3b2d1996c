package dev.ternary.formats.pytorch;

import java.util.List;

/** A Python tuple, and a {@code torch.Size}. Compared by identity, because it may be deep. */
final class PyTuple {

  private final List<Object> items;
  private final long at;

  /** A tuple made at offset {@code at} of the file. */
  PyTuple(List<Object> items, long at) {
    this.items = List.copyOf(items);
    this.at = at;
  }

  List<Object> items() {
    return items;
  }

  long at() {
    return at;
  }
}
