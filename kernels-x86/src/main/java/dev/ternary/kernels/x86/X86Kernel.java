package dev.ternary.kernels.x86;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.packed.TernaryMatrix;
import java.util.Optional;

/** The kernel of one tier. */
final class X86Kernel implements TernaryKernel {

  private final String name;
  private final Functions functions;
  private final Optional<AmxFunctions> amx;
  private final Quantization quantization = new Quantization();

  X86Kernel(String name, Functions.Isa isa, Optional<AmxFunctions> amx) {
    this.name = name;
    this.amx = amx;
    functions = new Functions(isa);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public PreparedMatrix prepare(TernaryMatrix w, Epilogue epilogue) {
    return new X86Matrix(w, epilogue, functions, amx);
  }

  @Override
  public void quantize(FloatMatrix x, Int8Matrix q) {
    quantization.quantize(x, q);
  }
}
