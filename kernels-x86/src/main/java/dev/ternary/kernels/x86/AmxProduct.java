package dev.ternary.kernels.x86;

import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.spi.Scratch;
import java.lang.foreign.MemorySegment;

/** A product with many int8 tokens on AMX tiles. */
final class AmxProduct extends Int8Product {

  /** From this many tokens on, tiles are worth it even where some of their rows are empty. */
  private static final int MIN_TOKENS = 12;

  /** Below this many blocks a group, the sums would be moved more than they are added to. */
  private static final int MIN_BLOCKS = 16;

  private static final int TILE_BLOCKS = 4;

  /** Tokens whose sums are kept in cache. */
  private static final int CHUNK_TOKENS = 512;

  private static final long RESULT_BYTES = 4;

  private final AmxFunctions amx;

  AmxProduct(
      Prepared prepared,
      AmxFunctions amx,
      Int8Matrix x,
      Output output,
      Destination destination,
      Scratch scratch) {
    super(prepared, x, output, destination, scratch);
    this.amx = amx;
  }

  /** Whether tiles fit this product. */
  static boolean fits(PanelLayout layout, Output output, int tokens) {
    int blocks = output.grouped() ? layout.groupBlocks() : layout.blocks();
    return tokens >= MIN_TOKENS
        && blocks % TILE_BLOCKS == 0
        && (!output.grouped() || blocks >= MIN_BLOCKS);
  }

  @Override
  int tokenRows() {
    return Math.ceilDiv(tokens, AmxKernel.TILE_TOKENS) * AmxKernel.TILE_TOKENS;
  }

  @Override
  void part(int worker, int fromRow, int toRow) {
    long panelBytes = layout.panelRows() * RESULT_BYTES;
    long sums = Math.min(CHUNK_TOKENS, tokenRows()) * panelBytes;
    // Sums, totals and, for the last panel, results.
    MemorySegment local = scratch.local(worker, AmxKernel.SUMS_AT + 3 * sums);
    AmxKernel.configuration(local);
    int end = Math.ceilDiv(toRow, layout.panelRows());
    for (int panel = fromRow / layout.panelRows(); panel < end; panel++) {
      for (int token = 0; token < tokens; token += CHUNK_TOKENS) {
        panel(local, sums, panel, token);
      }
    }
  }

  private void panel(MemorySegment local, long sumsBytes, int panel, int token) {
    int tiles = layout.tilesOf(panel);
    int count = Math.min(CHUNK_TOKENS, tokens - token);
    boolean whole = (panel + 1L) * layout.panelRows() <= layout.rows();
    long resultsAt = AmxKernel.SUMS_AT + 2 * sumsBytes;
    long resultsStride = (long) tiles * PanelLayout.TILE_ROWS * RESULT_BYTES;
    MemorySegment out = whole ? target() : local;
    for (int group = 0; group < groups(); group++) {
      sums(local, panel, group, token, count);
      Parameters.TOKENS.set(local, count);
      Parameters.X_STRIDE.set(local, AmxKernel.SUMS_AT + sumsBytes);
      Parameters.SUMS.set(local, sumsAt() + 4L * ((long) group * tokens + token));
      Parameters.TOKEN_SCALES.set(local, tokenScalesAt() + 4L * token);
      Parameters.SCALES.set(
          local, layout.scalesAt(panel) + (long) group * tiles * PanelLayout.BLOCK_BYTES);
      Parameters.OUT.set(local, whole ? targetAt(panel, token) : resultsAt);
      Parameters.OUT_STRIDE.set(local, whole ? layout.rows() * RESULT_BYTES : resultsStride);
      Parameters.BIAS.set(local, layout.biasAt(panel));
      amx.finish(position(group), output(), tiles).call(local, matrix, shared, out);
    }
    if (!whole) {
      copyRows(local, resultsAt, resultsStride, panel, token, count);
    }
  }

  /** The sums of one group, over its blocks. */
  private void sums(MemorySegment local, int panel, int group, int token, int count) {
    int tiles = layout.tilesOf(panel);
    Parameters.TOKENS.set(local, Math.ceilDiv(count, AmxKernel.TILE_TOKENS));
    Parameters.X_STRIDE.set(local, tokenStride());
    for (int from = 0; from < groupBlocks(); from += AmxKernel.MAX_BLOCKS) {
      long block = (long) group * groupBlocks() + from;
      Parameters.BLOCKS.set(local, Math.min(AmxKernel.MAX_BLOCKS, groupBlocks() - from));
      Parameters.GROUPS.set(local, from);
      Parameters.WEIGHTS.set(
          local, layout.weightsAt(panel) + block * tiles * PanelLayout.BLOCK_BYTES);
      Parameters.X.set(local, token * tokenStride() + block * WeightCode.TWO_BIT.blockCols());
      amx.product(tiles).call(local, matrix, shared, MemorySegment.NULL);
    }
  }

  private AmxFinish.Position position(int group) {
    if (group == groups() - 1) {
      return group == 0 ? AmxFinish.Position.ONLY : AmxFinish.Position.LAST;
    }
    return group == 0 ? AmxFinish.Position.FIRST : AmxFinish.Position.BETWEEN;
  }
}
