import org.jspecify.annotations.NullMarked;

/** Tensors, trits, packed matrices, quantizers, the scalar reference kernel and its service. */
@NullMarked
@SuppressWarnings("module") // the kernels are not there yet, and "x86" is no version
module dev.ternary.core {
  requires static transitive org.jspecify;

  exports dev.ternary.tensor;
  exports dev.ternary.packed;
  exports dev.ternary.quant;
  exports dev.ternary.trit;
  exports dev.ternary.kernel;
  exports dev.ternary.kernel.conv;
  exports dev.ternary.kernel.conv.spi to
      dev.ternary.kernels.vector,
      dev.ternary.kernels.x86;
  exports dev.ternary.kernel.spi to
      dev.ternary.kernels.vector,
      dev.ternary.kernels.x86;

  uses dev.ternary.kernel.spi.KernelProvider;
}
