package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Assembler;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * The generated functions for many tokens by {@link SumTables}, each made when asked for, and which
 * products they are faster for.
 */
final class SumFunctions {

  private static final int FINISHES_AT = SumTables.MAX_VECTORS;
  private static final int LOOKUPS_AT = FINISHES_AT + SumTables.MAX_VECTORS * Output.COUNT;

  /** Below so many rows, tables cost more than they save. */
  private static final int MIN_ROWS = 320;

  /** The same where a table is of one vector. */
  private static final int MIN_ROWS_A_VECTOR = 640;

  /** So many tokens are worth tables of one vector. */
  private static final int MIN_TOKENS = 14;

  /** So many tokens are worth tables of two vectors. */
  private static final int MIN_REST = 24;

  private final boolean always;
  private final AtomicReferenceArray<GeneratedFunction> made =
      new AtomicReferenceArray<>(LOOKUPS_AT + SumLookup.Shape.COUNT);

  private SumFunctions(boolean always) {
    this.always = always;
  }

  /** For those products that tables were measured to be faster for. */
  static SumFunctions whereFaster() {
    return new SumFunctions(false);
  }

  /** For all products that can have tables. */
  static SumFunctions always() {
    return new SumFunctions(true);
  }

  /**
   * How many of the first of so many tokens are better off with tables.
   *
   * @param rows that share a table
   */
  int tokens(int rows, int tokens) {
    if (always) {
      return tokens;
    }
    if (rows < MIN_ROWS) {
      return 0;
    }
    int most = SumTables.MAX_VECTORS * SumTables.VECTOR_TOKENS;
    int rest = tokens % most;
    if (rest >= MIN_REST) {
      return tokens;
    }
    boolean vector = rest >= MIN_TOKENS && rows >= MIN_ROWS_A_VECTOR;
    return tokens - rest + (vector ? Math.min(rest, SumTables.VECTOR_TOKENS) : 0);
  }

  /** {@link SumTables}. */
  GeneratedFunction tables(int vectors) {
    int index = vectors - 1;
    GeneratedFunction function = made.get(index);
    return function != null ? function : make(index, a -> SumTables.generate(a, vectors));
  }

  /** {@link SumFinish}. */
  GeneratedFunction finish(Output output, int vectors) {
    int index = FINISHES_AT + output.kind * SumTables.MAX_VECTORS + vectors - 1;
    GeneratedFunction function = made.get(index);
    return function != null ? function : make(index, a -> SumFinish.generate(a, output, vectors));
  }

  /** {@link SumLookup}. */
  GeneratedFunction lookup(SumLookup.Shape shape) {
    int index = LOOKUPS_AT + shape.index();
    GeneratedFunction function = made.get(index);
    return function != null ? function : make(index, a -> SumLookup.generate(a, shape));
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
