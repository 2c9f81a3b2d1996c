package dev.ternary.kernels.x86;

import dev.ternary.kernels.x86.asm.Assembler;
import java.util.function.Function;

/** The generated functions for many tokens on AMX tiles. */
final class AmxFunctions {

  private static final int MAX_TILES = 4;

  private final GeneratedFunction[] products = new GeneratedFunction[MAX_TILES];
  private final GeneratedFunction[][] finishes;

  AmxFunctions(Function<Assembler, TileUnit> unit) {
    finishes = new GeneratedFunction[AmxFinish.Step.values().length][MAX_TILES];
    for (int i = 0; i < MAX_TILES; i++) {
      int tiles = i + 1;
      products[i] = GeneratedFunction.of(a -> AmxKernel.generate(a, unit, tiles));
      for (AmxFinish.Step step : AmxFinish.Step.values()) {
        finishes[step.kind][i] = GeneratedFunction.of(a -> AmxFinish.generate(a, step, tiles));
      }
    }
  }

  /** {@link AmxKernel}. */
  GeneratedFunction product(int tiles) {
    return products[tiles - 1];
  }

  /** {@link AmxFinish}. */
  GeneratedFunction finish(AmxFinish.Step step, int tiles) {
    return finishes[step.kind][tiles - 1];
  }
}
