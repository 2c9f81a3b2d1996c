package dev.ternary.formats;

import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** A tensor as a file has it, which may be in a form that this program cannot compute with. */
public interface StoredTensor {

  /** Its name. */
  String name();

  /** What its bytes are, as the file calls it, such as {@code BF16} or {@code F8_E4M3}. */
  String encoding();

  /** Its dimensions. */
  Shape shape();

  /** Its bytes as they are; the file owns them. */
  MemorySegment bytes();

  /** The element type, where the bytes are those of a {@link Tensor} as they are. */
  Optional<DType> dtype();

  /**
   * Its elements.
   *
   * @throws FormatException if the encoding is not one that can be decoded; the message names it
   */
  Tensor toTensor() throws FormatException;

  /** Its trits and scales, where it is ternary. */
  Optional<TernaryTensor> toTernary();

  /** A tensor whose bytes are its elements. */
  static StoredTensor of(String name, Tensor tensor) {
    return new PlainStored(name, tensor);
  }

  /** Packed ternary weights. */
  static StoredTensor of(String name, TernaryTensor tensor) {
    return new TernaryStored(name, tensor);
  }

  /**
   * Bytes that can be listed and copied, but not decoded.
   *
   * @param refusal what {@link #toTensor} throws
   */
  static StoredTensor opaque(
      String name, String encoding, Shape shape, MemorySegment bytes, FormatException refusal) {
    return new OpaqueStored(name, encoding, shape, bytes.asReadOnly(), refusal);
  }
}
