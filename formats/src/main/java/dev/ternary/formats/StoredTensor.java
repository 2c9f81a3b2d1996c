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

  /** The element type of {@link #toTensor}; empty where it cannot be decoded. */
  Optional<DType> decoded();

  /**
   * Its elements.
   *
   * @throws FormatException if the encoding is not one that can be decoded; the message names it
   */
  Tensor toTensor() throws FormatException;

  /**
   * Its trits and scales, where it is ternary.
   *
   * @throws FormatException if it should be, and has what is no trit or no scale
   */
  Optional<TernaryTensor> toTernary() throws FormatException;

  /** A tensor whose bytes are its elements. */
  static StoredTensor of(String name, Tensor tensor) {
    return new Plain(name, tensor);
  }

  /** Packed ternary weights. */
  static StoredTensor of(String name, TernaryTensor tensor) {
    return new Ternary(name, tensor);
  }

  /**
   * Bytes that can be listed and copied, but not decoded.
   *
   * @param refusal what {@link #toTensor} throws
   */
  static StoredTensor opaque(
      String name, String encoding, Shape shape, MemorySegment bytes, FormatException refusal) {
    return new Opaque(name, encoding, shape, bytes.asReadOnly(), refusal);
  }

  /** A tensor whose bytes are its elements. */
  record Plain(String name, Tensor toTensor) implements StoredTensor {

    @Override
    public String encoding() {
      return toTensor.dtype().name();
    }

    @Override
    public Shape shape() {
      return toTensor.shape();
    }

    @Override
    public MemorySegment bytes() {
      return toTensor.data();
    }

    @Override
    public Optional<DType> dtype() {
      return Optional.of(toTensor.dtype());
    }

    @Override
    public Optional<DType> decoded() {
      return dtype();
    }

    @Override
    public Optional<TernaryTensor> toTernary() {
      return Optional.empty();
    }
  }

  /** Packed ternary weights. */
  record Ternary(String name, TernaryTensor ternary) implements StoredTensor {

    @Override
    public String encoding() {
      return "ternary " + ternary.matrix().packing().id();
    }

    @Override
    public Shape shape() {
      return ternary.shape();
    }

    @Override
    public MemorySegment bytes() {
      return ternary.matrix().codes();
    }

    @Override
    public Optional<DType> dtype() {
      return Optional.empty();
    }

    @Override
    public Optional<DType> decoded() {
      return Optional.of(DType.F32);
    }

    @Override
    public Tensor toTensor() {
      return Tensor.of(ternary.shape(), ternary.matrix().toFloatArray());
    }

    @Override
    public Optional<TernaryTensor> toTernary() {
      return Optional.of(ternary);
    }
  }

  /** Bytes that can be listed and copied, but not decoded. */
  record Opaque(
      String name, String encoding, Shape shape, MemorySegment bytes, FormatException refusal)
      implements StoredTensor {

    @Override
    public Optional<DType> dtype() {
      return Optional.empty();
    }

    @Override
    public Optional<DType> decoded() {
      return Optional.empty();
    }

    @Override
    public Tensor toTensor() throws FormatException {
      throw new FormatException(refusal.file(), refusal.offset(), refusal.reason(), refusal);
    }

    @Override
    public Optional<TernaryTensor> toTernary() {
      return Optional.empty();
    }
  }
}
