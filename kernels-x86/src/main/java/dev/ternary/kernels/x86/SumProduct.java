package dev.ternary.kernels.x86;

import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.spi.Scratch;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A product with many int8 tokens by {@link SumTables}: for a few blocks of columns after the other
 * the tables, and with them a step of the sums of all rows.
 */
final class SumProduct extends Int8Product {

  /** Rows whose sums stay in the second-level cache, and few share the price of a table. */
  private static final int MAX_PANELS = 256;

  private static final int TOKENS_AT_ONCE = SumTables.MAX_VECTORS * SumTables.VECTOR_TOKENS;
  private static final long RESULT_BYTES = 4;

  /** So many rows of a thread pay for tables of its own. */
  private static final int SHARED_ROWS = 1024;

  private final SumFunctions made;

  SumProduct(
      Prepared prepared, Int8Matrix x, Output output, Destination destination, Scratch scratch) {
    super(prepared, x, output, destination, scratch);
    made = prepared.functions().sums().orElseThrow();
  }

  /** How many of the first of so many tokens are better off with tables. */
  static int tokens(Prepared prepared, Output output, int tokens, Parallelism parallelism) {
    Optional<SumFunctions> sums = prepared.functions().sums();
    if (sums.isEmpty()) {
      return 0;
    }
    int rows = prepared.layout().rows();
    int threads = parallelism.threads();
    int rowsOfAThread = sharesTokens(rows, tokens, threads) ? rows : rows / threads;
    return sums.get().tokens(output.grouped(), rowsOfAThread, tokens);
  }

  /** Whether threads share the tokens, because few rows would not pay for tables of each thread. */
  private static boolean sharesTokens(int rows, int tokens, int threads) {
    return rows / threads < SHARED_ROWS && tokens >= threads * TOKENS_AT_ONCE;
  }

  @Override
  void share(int leastRows) {
    int threads = scratch.parallelism().threads();
    if (!sharesTokens(layout.rows(), tokens, threads)) {
      super.share(leastRows);
      return;
    }
    int leastTokens = Parallelism.leastRows(PRODUCTS_A_PART, layout.rows(), layout.cols());
    scratch
        .parallelism()
        .forParts(
            tokens,
            TOKENS_AT_ONCE,
            leastTokens,
            (worker, from, to) -> part(worker, new Rows(0, layout.rows()), from, to));
  }

  @Override
  int tokenRows() {
    return Math.ceilDiv(tokens, SumTables.VECTOR_TOKENS) * SumTables.VECTOR_TOKENS;
  }

  /** As they are: tables are of columns in their order, and weights of real trits. */
  @Override
  void orderTokens() {}

  @Override
  void part(int worker, int fromRow, int toRow) {
    part(worker, new Rows(fromRow, toRow), 0, tokens);
  }

  private record Rows(int from, int to) {}

  private void part(int worker, Rows rows, int fromToken, int toToken) {
    int first = rows.from() / layout.panelRows();
    int count = Math.ceilDiv(rows.to(), layout.panelRows()) - first;
    int steps = Math.ceilDiv(count, MAX_PANELS);
    for (int step = 0; step < steps; step++) {
      int from = (int) ((long) count * step / steps);
      int end = (int) (count * (step + 1L) / steps);
      var panels = new Panels(first + from, end - from);
      MemorySegment local = scratch.local(worker, panels.bytes());
      for (int token = fromToken; token < toToken; token += TOKENS_AT_ONCE) {
        products(local, panels, token, Math.min(TOKENS_AT_ONCE, toToken - token));
      }
    }
  }

  /**
   * Some panels, and where the local memory has their sums.
   *
   * @param first the first
   * @param count how many
   */
  private record Panels(int first, int count) {

    long dwordsAt() {
      return SumTables.SUMS_AT + rows() * SumTables.MAX_VECTORS * SumTables.VECTOR_BYTES;
    }

    /** Totals of groups. */
    long totalsAt() {
      return dwordsAt() + rows() * TOKENS_AT_ONCE * RESULT_BYTES;
    }

    /** Results of a last panel with rows that nobody wants. */
    long resultsAt() {
      return totalsAt() + rows() * TOKENS_AT_ONCE * RESULT_BYTES;
    }

    long bytes() {
      return resultsAt() + PanelLayout.TILE_ROWS * TOKENS_AT_ONCE * RESULT_BYTES;
    }

    private long rows() {
      return (long) count * PanelLayout.TILE_ROWS;
    }
  }

  private void products(MemorySegment local, Panels panels, int token, int count) {
    int vectors = Math.ceilDiv(count, SumTables.VECTOR_TOKENS);
    Parameters.SUMS.set(local, SumTables.SUMS_AT);
    Parameters.OUT.set(local, panels.dwordsAt());
    Parameters.OUT_STRIDE.set(local, (long) groups() * PanelLayout.BLOCK_BYTES);
    for (int group = 0; group < groups(); group++) {
      Parameters.SCALES.set(
          local, layout.scalesAt(panels.first()) + (long) group * PanelLayout.BLOCK_BYTES);
      for (int block = 0; block < groupBlocks(); block += SumTables.MAX_BLOCKS) {
        int blocks = Math.min(SumTables.MAX_BLOCKS, groupBlocks() - block);
        boolean fresh = block % SumLookup.BLOCKS_BEFORE_FLUSH == 0;
        var shape = SumLookup.Shape.of(blocks, vectors, fresh, ending(group, block));
        blocks(local, panels, token, shape, group * groupBlocks() + block);
      }
    }
    finish(local, panels, token, count);
  }

  private void blocks(
      MemorySegment local, Panels panels, int token, SumLookup.Shape shape, int block) {
    long firstCol = (long) block * WeightCode.TWO_BIT.blockCols();
    Parameters.X.set(local, token * tokenStride() + firstCol);
    Parameters.X_STRIDE.set(local, tokenStride());
    Parameters.BLOCKS.set(local, shape.blocks());
    made.tables(shape.vectors()).call(local, MemorySegment.NULL, shared, MemorySegment.NULL);
    Parameters.PANELS.set(local, panels.count());
    Parameters.WEIGHTS.set(
        local, layout.weightsAt(panels.first()) + (long) block * PanelLayout.BLOCK_BYTES);
    Parameters.X_STRIDE.set(local, layout.panelBytes());
    Parameters.X.set(local, panels.totalsAt());
    made.lookup(shape).call(local, matrix, MemorySegment.NULL, MemorySegment.NULL);
  }

  /** What becomes of the 16-bit sums after the tables that start at a block of a group. */
  private SumLookup.Ending ending(int group, int block) {
    int next = block + SumTables.MAX_BLOCKS;
    boolean large = block >= SumLookup.BLOCKS_BEFORE_FLUSH;
    if (next >= groupBlocks() && output().grouped()) {
      return SumLookup.Ending.ofGroup(group == 0, large);
    }
    if (next < groupBlocks() && next % SumLookup.BLOCKS_BEFORE_FLUSH != 0) {
      return SumLookup.Ending.KEEP;
    }
    return large ? SumLookup.Ending.ADD : SumLookup.Ending.STORE;
  }

  private void finish(MemorySegment local, Panels panels, int token, int count) {
    int last = panels.first() + panels.count() - 1;
    boolean whole = (last + 1L) * layout.panelRows() <= layout.rows();
    int direct = whole ? panels.count() : panels.count() - 1;
    if (direct > 0) {
      Parameters.OUT.set(local, targetAt(panels.first(), token));
      Parameters.OUT_STRIDE.set(local, layout.rows() * RESULT_BYTES);
      finish(local, target(), panels, new Panels(panels.first(), direct), token, count);
    }
    if (!whole) {
      long stride = PanelLayout.TILE_ROWS * RESULT_BYTES;
      Parameters.OUT.set(local, panels.resultsAt());
      Parameters.OUT_STRIDE.set(local, stride);
      finish(local, local, panels, new Panels(last, 1), token, count);
      copyRows(local, panels.resultsAt(), stride, last, token, count);
    }
  }

  private void finish(
      MemorySegment local, MemorySegment out, Panels all, Panels panels, int token, int count) {
    int vectors = Math.ceilDiv(count, SumTables.VECTOR_TOKENS);
    long rows = (long) (panels.first() - all.first()) * PanelLayout.TILE_ROWS;
    long rowBytes = vectors * RESULT_BYTES * SumTables.VECTOR_TOKENS;
    Parameters.X.set(
        local, (output().grouped() ? all.totalsAt() : all.dwordsAt()) + rows * rowBytes);
    Parameters.PANELS.set(local, panels.count());
    Parameters.TOKENS.set(local, count);
    Parameters.SCALES.set(local, layout.scalesAt(panels.first()));
    Parameters.BIAS.set(local, layout.biasAt(panels.first()));
    Parameters.TOKEN_SCALES.set(local, tokenScalesAt() + RESULT_BYTES * token);
    made.finish(output(), vectors).call(local, matrix, shared, out);
  }
}
