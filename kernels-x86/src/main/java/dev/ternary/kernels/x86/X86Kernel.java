package dev.ternary.kernels.x86;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.spi.ConvolutionKernel;
import dev.ternary.kernel.conv.spi.ConvolutionWeights;
import dev.ternary.kernel.spi.WeightLayouts;
import dev.ternary.packed.TernaryMatrix;
import java.util.List;
import java.util.Optional;

/** The kernel of one tier. */
final class X86Kernel implements TernaryKernel, WeightLayouts, ConvolutionKernel {

  private final String name;
  private final Codes codes;
  private final CodeChoice choice;
  private final Optional<AmxFunctions> amx;
  private final ConvFunctions convolutions;
  private final X86ActivationQuantizer quantizer = new X86ActivationQuantizer();

  /** The functions for each code of weights. */
  private record Codes(Functions twoBit, Optional<Functions> fiveTrits) {}

  private X86Kernel(
      String name,
      Codes codes,
      CodeChoice choice,
      Optional<AmxFunctions> amx,
      ConvFunctions convolutions) {
    this.name = name;
    this.convolutions = convolutions;
    this.codes = codes;
    this.choice = choice;
    this.amx = amx;
  }

  /** A kernel with two bits a weight. */
  X86Kernel(String name, Functions.Isa isa, Optional<AmxFunctions> amx) {
    this(
        name,
        new Codes(new Functions(isa, WeightCode.TWO_BIT), Optional.empty()),
        CodeChoice.always(WeightCode.TWO_BIT),
        amx,
        new ConvFunctions(isa));
  }

  /** A kernel on AVX2 that sums up by tables wherever it can, not only where that is faster. */
  static X86Kernel withTables(String name) {
    var functions =
        new Functions(Functions.Isa.AVX2, WeightCode.TWO_BIT, Optional.of(SumFunctions.always()));
    return new X86Kernel(
        name,
        new Codes(functions, Optional.empty()),
        CodeChoice.always(WeightCode.TWO_BIT),
        Optional.empty(),
        new ConvFunctions(Functions.Isa.AVX2));
  }

  /** A kernel on AVX-512 VNNI and VBMI with both codes. */
  X86Kernel(String name, CodeChoice choice) {
    this(
        name,
        new Codes(
            new Functions(Functions.Isa.AVX512_VNNI, WeightCode.TWO_BIT),
            Optional.of(new Functions(Functions.Isa.AVX512_VNNI, WeightCode.FIVE_TRITS))),
        choice,
        Optional.empty(),
        new ConvFunctions(Functions.Isa.AVX512_VNNI));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<TernaryKernel> layouts() {
    return codes.fiveTrits().isEmpty()
        ? List.of(this)
        : List.of(only(WeightCode.TWO_BIT), only(WeightCode.FIVE_TRITS));
  }

  private TernaryKernel only(WeightCode code) {
    return new X86Kernel(name + " " + code.id(), codes, CodeChoice.always(code), amx, convolutions);
  }

  @Override
  public PreparedMatrix prepare(TernaryMatrix w, Epilogue epilogue) {
    Functions functions =
        switch (choice.choose(w)) {
          case TWO_BIT -> codes.twoBit();
          case FIVE_TRITS -> codes.fiveTrits().orElseThrow();
        };
    var means = new X86Weights.Means(functions, amx, choice);
    return PreparedMatrix.of(w, epilogue, (m, e) -> new X86Weights(m, e, means));
  }

  @Override
  public Optional<ConvolutionWeights> convolution(
      TernaryMatrix weights, Epilogue epilogue, ConvShape shape) {
    return ConvWeights.fits(shape)
        ? Optional.of(new X86Convolution(ConvWeights.of(convolutions, weights, epilogue, shape)))
        : Optional.empty();
  }

  @Override
  public Optional<ConvolutionWeights> convolution(
      float[] weights, Epilogue epilogue, ConvShape shape) {
    return ConvWeights.fits(shape)
        ? Optional.of(new X86Convolution(ConvWeights.of(convolutions, weights, epilogue, shape)))
        : Optional.empty();
  }

  @Override
  public void quantize(FloatMatrix x, Int8Matrix q) {
    quantizer.quantize(x, q);
  }
}
