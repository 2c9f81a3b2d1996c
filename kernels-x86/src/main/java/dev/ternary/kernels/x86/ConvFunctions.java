package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.kernels.x86.Functions.Isa;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/** The generated convolutions of one instruction set, each made when it is first asked for. */
final class ConvFunctions {

  private static final int UNPACKINGS = 4;

  private final Isa isa;
  private final AtomicReferenceArray<GeneratedFunction> made =
      new AtomicReferenceArray<>(ConvVariant.COUNT + UNPACKINGS);
  private final MemorySegment tables = tables();
  private final ConvQuantizer quantizer = new ConvQuantizer();

  ConvFunctions(Isa isa) {
    this.isa = isa;
  }

  Isa isa() {
    return isa;
  }

  ConvQuantizer quantizer() {
    return quantizer;
  }

  /** What {@link ConvUnpacking} reads. */
  MemorySegment unpackingTables() {
    return tables;
  }

  @SuppressWarnings("MustBeClosedChecker") // constants live as long as the code
  private static MemorySegment tables() {
    // Global: used by code that is never freed.
    MemorySegment tables = Arena.global().allocate(ConvUnpacking.TABLE_BYTES, 64);
    for (int i = 0; i < 64; i++) {
      tables.set(JAVA_BYTE, i, (byte) 3);
      tables.set(JAVA_BYTE, 64L + i, (byte) 1);
    }
    for (int i = 0; i < 16; i++) {
      tables.setAtIndex(JAVA_FLOAT, 32L + i, i % 4 == 3 ? 0 : i % 4 - 1);
    }
    return tables;
  }

  /** Whether bytes are multiplied into words. */
  boolean words() {
    return isa == Isa.AVX2;
  }

  /** The most positions at a time that have registers. */
  int maxTokens(boolean bytes, int vectors) {
    if (isa == Isa.AVX512_VNNI) {
      return vectors == 1 ? 15 : 12;
    }
    if (bytes && words()) {
      return vectors == 1 ? 10 : 5;
    }
    return vectors == 1 ? 12 : 6;
  }

  GeneratedFunction convolution(ConvVariant variant) {
    GeneratedFunction function = made.get(variant.index());
    return function != null ? function : make(variant.index(), a -> generate(a, variant));
  }

  private void generate(Assembler a, ConvVariant variant) {
    switch (variant.kind()) {
      case BYTES -> {
        if (words()) {
          ConvWordCode.generate(a, variant, isa.vectorBytes);
        } else {
          ConvDotCode.generate(a, variant, isa.vectorBytes);
        }
      }
      case FLOATS, CHANNELS, ROUNDED_CHANNELS ->
          ConvFloatCode.generate(a, variant, isa.vectorBytes);
    }
  }

  /** {@link ConvUnpacking}. */
  GeneratedFunction unpacking(boolean bytes, int vectors) {
    int index = ConvVariant.COUNT + (bytes ? 2 : 0) + vectors - 1;
    GeneratedFunction function = made.get(index);
    return function != null
        ? function
        : make(index, a -> ConvUnpacking.generate(a, isa.vectorBytes, vectors, bytes));
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
