import org.jspecify.annotations.NullMarked;

/** Tensors, trits, packed matrices, quantizers, the scalar reference kernel and its service. */
@NullMarked
module dev.ternary.core {
  requires static transitive org.jspecify;

  exports dev.ternary.tensor;
  exports dev.ternary.packed;
  exports dev.ternary.quant;
  exports dev.ternary.trit;
  exports dev.ternary.kernel;
  exports dev.ternary.kernel.conv;

  uses dev.ternary.kernel.KernelProvider;
}
