package dev.ternary.formats.trit;

import dev.ternary.tensor.DType;

/** What stands for a trit in a NumPy array of one byte an element. */
public enum TritElements {
  /** {@code int8} values -1, 0 and 1. */
  VALUES(DType.I8),
  /** {@code uint8} codes 0, 1 and 2 for -1, 0 and +1. */
  CODES(DType.U8);

  private final DType dtype;

  TritElements(DType dtype) {
    this.dtype = dtype;
  }

  DType dtype() {
    return dtype;
  }

  int offset() {
    return this == CODES ? 1 : 0;
  }
}
