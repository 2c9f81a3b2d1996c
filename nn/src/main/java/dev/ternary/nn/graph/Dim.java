package dev.ternary.nn.graph;

/** The size of one dimension of a graph's input. */
public sealed interface Dim {

  /** The smallest size it may have. */
  long least();

  /** The largest size it may have. */
  long most();

  /** A dimension of {@code size} elements, at least 1. */
  static Dim fixed(long size) {
    return new Fixed(size);
  }

  /** A dimension whose size each run chooses, such as the number of tokens. */
  static Dim free(String name, long least, long most) {
    return new Free(name, least, most);
  }

  /**
   * Always the same size.
   *
   * @param size at least 0; a graph refuses inputs without elements
   */
  record Fixed(long size) implements Dim {
    public Fixed {
      if (size < 0) {
        throw new IllegalArgumentException("negative dimension " + size);
      }
    }

    @Override
    public long least() {
      return size;
    }

    @Override
    public long most() {
      return size;
    }

    @Override
    public String toString() {
      return String.valueOf(size);
    }
  }

  /**
   * A size that each run chooses. Dimensions of one name have one size in a run.
   *
   * @param name such as {@code tokens}
   * @param least the smallest size, at least 1
   * @param most the largest size
   */
  record Free(String name, long least, long most) implements Dim {
    public Free {
      Names.check("free dimension", name);
      if (least < 1 || most < least) {
        throw new IllegalArgumentException(
            "the free dimension '"
                + name
                + "' must go from at least 1 to no less than that, got "
                + least
                + " to "
                + most);
      }
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
