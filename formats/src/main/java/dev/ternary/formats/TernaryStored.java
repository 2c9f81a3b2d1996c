package dev.ternary.formats;

import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Packed ternary weights. */
record TernaryStored(String name, TernaryTensor ternary) implements StoredTensor {

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
  public Tensor toTensor() {
    return Tensor.of(ternary.shape(), ternary.matrix().toFloatArray());
  }

  @Override
  public Optional<TernaryTensor> toTernary() {
    return Optional.of(ternary);
  }
}
