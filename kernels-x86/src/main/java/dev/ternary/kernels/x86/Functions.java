package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Assembler;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * The generated functions of one instruction set and code of weights, each made when it is first
 * asked for.
 */
final class Functions {

  /** Which multiplication of bytes the CPU has, and how wide. */
  enum Isa {
    /** {@code vpmaddubsw}, 256 bits. */
    AVX2(32, 1),
    /** {@code vpdpbusd}, 256 bits. */
    AVX_VNNI(32, 1),
    /** {@code vpdpbusd}, 512 bits. */
    AVX512_VNNI(64, 4);

    final int vectorBytes;
    final int panelTiles;

    Isa(int vectorBytes, int panelTiles) {
      this.vectorBytes = vectorBytes;
      this.panelTiles = panelTiles;
    }
  }

  private static final int MAX_TOKENS = 8;
  private static final int MAX_TILES = 4;
  private static final int MAX_MASKS = 4;

  /** Above these many blocks a group's sum could lose its high bits in unshifted fields. */
  private static final int MAX_BLOCKS_4_MASKS = 1 << 14;

  private static final int MAX_BLOCKS_2_MASKS = 1 << 17;

  /** Float tokens that leave registers for decoded weights of five trits a byte. */
  private static final int MAX_FLOAT_TOKENS_FIVE_TRITS = 2;

  private final Isa isa;
  private final WeightCode code;
  private final TokenPreparation preparation;
  private final GeneratedFunction scatter = GeneratedFunction.of(RowScatter::generate);
  private final GeneratedFunction reading;
  private final Optional<SumFunctions> sums;
  private final AtomicReferenceArray<GeneratedFunction> made =
      new AtomicReferenceArray<>(2 * Output.COUNT * MAX_TOKENS * MAX_TILES * MAX_MASKS);

  Functions(Isa isa, WeightCode code) {
    this(isa, code, isa == Isa.AVX2 ? Optional.of(SumFunctions.whereFaster()) : Optional.empty());
  }

  Functions(Isa isa, WeightCode code, Optional<SumFunctions> sums) {
    this.isa = isa;
    this.sums = sums;
    this.code = code;
    preparation = new TokenPreparation(code);
    reading = GeneratedFunction.of(a -> WeightReading.generate(a, isa.vectorBytes));
  }

  Isa isa() {
    return isa;
  }

  WeightCode code() {
    return code;
  }

  /** What {@link Parameters#TABLES} is for these functions. */
  long tables() {
    return code == WeightCode.FIVE_TRITS ? FiveTritDecoder.tablesAddress() : 0;
  }

  TokenPreparation preparation() {
    return preparation;
  }

  /** {@link WeightReading}. */
  GeneratedFunction reading() {
    return reading;
  }

  /** For many tokens by tables of sums, on CPUs where these are faster than multiplying. */
  Optional<SumFunctions> sums() {
    return sums;
  }

  /** {@link RowScatter}. */
  GeneratedFunction scatter() {
    return scatter;
  }

  /** Tokens of {@code tokens} that one int8 function takes. */
  int maxTokens(Output output, int tokens) {
    if (isa == Isa.AVX2) {
      return Avx2Kernel.maxTokens(output);
    }
    if (output.grouped()) {
      // Totals of 4 have no registers, but once 4 was measured faster than twice 2; not so 6.
      return tokens == 4 ? 4 : PanelKernel.MAX_TOKENS_IN_REGISTERS;
    }
    return 6;
  }

  /** Tokens that one float function takes. */
  int maxFloatTokens(Output output) {
    int most = FloatKernel.maxTokens(isa.vectorBytes, output.grouped());
    return code == WeightCode.TWO_BIT ? most : Math.min(most, MAX_FLOAT_TOKENS_FIVE_TRITS);
  }

  /** The function for int8 tokens and groups of {@code blocks} blocks. */
  GeneratedFunction int8(Output output, int tiles, int tokens, int blocks) {
    int masks = isa == Isa.AVX2 ? 1 : masks(output, tokens, blocks);
    int index = index(output.kind, tiles, tokens, masks);
    GeneratedFunction function = made.get(index);
    return function != null ? function : makeInt8(index, output, tiles, tokens, masks);
  }

  private GeneratedFunction makeInt8(int index, Output output, int tiles, int tokens, int masks) {
    var shape = new PanelKernel.Shape(isa.vectorBytes, tiles, tokens, output);
    return make(
        index,
        isa == Isa.AVX2
            ? a -> Avx2Kernel.generate(a, shape)
            : code == WeightCode.TWO_BIT
                ? a -> VnniKernel.generate(a, shape, masks)
                : a -> FiveTritKernel.generate(a, shape, masks));
  }

  private int masks(Output output, int tokens, int blocks) {
    if (blocks > MAX_BLOCKS_2_MASKS || tokens > (output.grouped() ? 1 : 2)) {
      return 1;
    }
    // Small groups end often, and each mask more has its shift and addition there.
    boolean four = isa == Isa.AVX512_VNNI && tokens == 1;
    return four && blocks > 4 && blocks <= MAX_BLOCKS_4_MASKS ? 4 : 2;
  }

  /** The function for float32 tokens. */
  GeneratedFunction float32(Output output, int tiles, int tokens) {
    int index = index(Output.COUNT + output.kind, tiles, tokens, 1);
    GeneratedFunction function = made.get(index);
    return function != null ? function : makeFloat32(index, output, tiles, tokens);
  }

  private GeneratedFunction makeFloat32(int index, Output output, int tiles, int tokens) {
    var shape = new PanelKernel.Shape(isa.vectorBytes, tiles, tokens, output);
    return make(index, a -> FloatKernel.generate(a, shape, code));
  }

  private static int index(int kind, int tiles, int tokens, int masks) {
    return ((kind * MAX_TOKENS + tokens - 1) * MAX_TILES + tiles - 1) * MAX_MASKS + masks - 1;
  }

  private synchronized GeneratedFunction make(int index, Consumer<Assembler> body) {
    GeneratedFunction function = made.get(index);
    if (function == null) {
      function = GeneratedFunction.of(body);
      made.set(index, function);
    }
    return function;
  }
}
