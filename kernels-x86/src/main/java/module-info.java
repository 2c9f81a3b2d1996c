import org.jspecify.annotations.NullMarked;

/**
 * Kernels for x86-64 whose machine code Java writes at run time: AVX2, AVX-VNNI, AVX-512 VNNI and
 * AMX. Needs native access.
 */
@NullMarked
@SuppressWarnings("module") // "x86" is a name, not a version
module dev.ternary.kernels.x86 {
  requires dev.ternary.core;
  requires dev.ternary.foreign;

  provides dev.ternary.kernel.spi.KernelProvider with
      dev.ternary.kernels.x86.Avx2KernelProvider,
      dev.ternary.kernels.x86.AvxVnniKernelProvider,
      dev.ternary.kernels.x86.Avx512VnniKernelProvider,
      dev.ternary.kernels.x86.AmxKernelProvider;
}
