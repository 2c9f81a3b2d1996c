package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Assembler;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/** The generated functions for many tokens on AMX tiles. */
final class AmxFunctions {

  private static final int MAX_TILES = 4;
  private static final int POSITIONS = AmxFinish.Position.values().length;

  private final GeneratedFunction[] products = new GeneratedFunction[MAX_TILES];

  /** Made when they are first asked for. */
  private final AtomicReferenceArray<GeneratedFunction> finishes =
      new AtomicReferenceArray<>(POSITIONS * Output.COUNT * MAX_TILES);

  AmxFunctions(Function<Assembler, TileUnit> unit) {
    for (int i = 0; i < MAX_TILES; i++) {
      int tiles = i + 1;
      products[i] = GeneratedFunction.of(a -> AmxKernel.generate(a, unit, tiles));
    }
  }

  /** {@link AmxKernel}. */
  GeneratedFunction product(int tiles) {
    return products[tiles - 1];
  }

  /** {@link AmxFinish}. */
  GeneratedFunction finish(AmxFinish.Position position, Output output, int tiles) {
    int index = (position.kind * Output.COUNT + output.kind) * MAX_TILES + tiles - 1;
    GeneratedFunction function = finishes.get(index);
    return function != null ? function : makeFinish(index, position, output, tiles);
  }

  private synchronized GeneratedFunction makeFinish(
      int index, AmxFinish.Position position, Output output, int tiles) {
    GeneratedFunction function = finishes.get(index);
    if (function == null) {
      function = GeneratedFunction.of(a -> AmxFinish.generate(a, position, output, tiles));
      finishes.set(index, function);
    }
    return function;
  }
}
