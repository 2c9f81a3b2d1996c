package dev.ternary.formats.pytorch;

import dev.ternary.tensor.DType;
import java.util.Optional;

/**
 * What the elements of a storage are.
 *
 * @param encoding its name as safetensors has it, or a like one where it has none
 * @param bytes bytes of an element
 * @param dtype the type that this program computes with, if it does
 */
record Element(String encoding, int bytes, Optional<DType> dtype) {

  static Element of(DType dtype) {
    return new Element(dtype.name(), dtype.bytes(), Optional.of(dtype));
  }

  /** One that can be listed and copied, but not decoded. */
  static Element opaque(String encoding, int bytes) {
    return new Element(encoding, bytes, Optional.empty());
  }

  @Override
  public String toString() {
    return encoding;
  }
}
