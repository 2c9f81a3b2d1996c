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

  /** With a scale a row, against four tokens at a time. */
  private static final Limits ONE_SCALE = new Limits(320, 640, 14);

  /** With scales a group, against one token at a time. */
  private static final Limits GROUPED = new Limits(128, 256, 12);

  /** So many tokens are worth tables of two vectors. */
  private static final int MIN_REST = 24;

  /**
   * From where on tables were measured to be faster.
   *
   * @param rows that share tables of two vectors
   * @param rowsOfAVector that share tables of one vector
   * @param tokens that are worth tables of one vector
   */
  private record Limits(int rows, int rowsOfAVector, int tokens) {}

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
   * @param grouped whether there is more than one scale a row
   * @param rows that share a table
   */
  int tokens(boolean grouped, int rows, int tokens) {
    Limits limits = grouped ? GROUPED : ONE_SCALE;
    if (always) {
      return tokens;
    }
    if (rows < limits.rows()) {
      return 0;
    }
    int rest = tokens % (SumTables.MAX_VECTORS * SumTables.VECTOR_TOKENS);
    if (rest >= MIN_REST) {
      return tokens;
    }
    boolean vector = rest >= limits.tokens() && rows >= limits.rowsOfAVector();
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
