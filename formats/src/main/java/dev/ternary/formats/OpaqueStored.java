package dev.ternary.formats;

import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Bytes that can be listed and copied, but not decoded. */
record OpaqueStored(
    String name, String encoding, Shape shape, MemorySegment bytes, FormatException refusal)
    implements StoredTensor {

  @Override
  public Optional<DType> dtype() {
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
