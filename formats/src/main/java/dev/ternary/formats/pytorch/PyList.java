package dev.ternary.formats.pytorch;

import java.util.ArrayList;
import java.util.List;

/** A Python list while it is filled. Compared by identity, because it may contain itself. */
final class PyList {

  private final List<Object> items = new ArrayList<>(0);
  private final long at;

  /** An empty list made at offset {@code at} of the file. */
  PyList(long at) {
    this.at = at;
  }

  List<Object> items() {
    return items;
  }

  long at() {
    return at;
  }
}
