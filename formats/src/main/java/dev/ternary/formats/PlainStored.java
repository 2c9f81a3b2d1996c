package dev.ternary.formats;

import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** A tensor whose bytes are its elements. */
record PlainStored(String name, Tensor toTensor) implements StoredTensor {

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
  public Optional<TernaryTensor> toTernary() {
    return Optional.empty();
  }
}
