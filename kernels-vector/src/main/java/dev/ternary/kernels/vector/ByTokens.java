package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.ScratchMap.COLUMNS_AT;
import static dev.ternary.kernels.vector.ScratchMap.OPERAND_AT;
import static dev.ternary.kernels.vector.ScratchMap.TOKEN_QUADS;
import static dev.ternary.kernels.vector.ScratchMap.TOKEN_TABLE_BYTES;
import static dev.ternary.kernels.vector.VectorCpu.BITS;
import static dev.ternary.kernels.vector.VectorCpu.ORDER;
import static dev.ternary.kernels.vector.VectorCpu.SHORTS;
import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;
import static dev.ternary.kernels.vector.VectorCpu.VECTOR_BYTES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ShortVector;

/**
 * Products of many tokens at 128 and 256 bits. A lane is a token: for four neighbouring columns
 * there is a table of the 81 sums that four trits can make, each a vector with the sum of every
 * token, and the byte of a row says which one to add to the sums of that row. So one addition is
 * four products for each token.
 *
 * <p>The table of 32 columns fits the first-level cache and serves all rows of a panel.
 */
final class ByTokens {

  /** Tokens that are multiplied at once. */
  static final int TOKENS = BITS / 16;

  /** With fewer tokens or rows {@link Pairs}, token by token, are faster. */
  private static final int LEAST_TOKENS = BITS == 128 ? 7 : 10;

  private static final int LEAST_ROWS = 96;

  /** Codes of a row that one pass over the rows adds, and the columns of a code. */
  private static final int PASS_UNITS = TOKEN_QUADS / 2;

  /** Codes of a row that sums of shorts hold: 31 * 8 columns of at most 128. */
  private static final int MAX_UNITS = 31;

  private final MemorySegment scratch;
  private final long shortsAt;
  private final long intsAt;
  private final int rows;

  /** For {@code tiles} tiles, with {@link #bytes} of scratch memory from {@code at}. */
  ByTokens(MemorySegment scratch, long at, int tiles) {
    this.scratch = scratch;
    rows = tiles * TILE_ROWS;
    shortsAt = at;
    intsAt = shortsAt + (long) VECTOR_BYTES * rows;
  }

  static boolean pay(int tokens, int rows) {
    return tokens >= LEAST_TOKENS && rows >= LEAST_ROWS;
  }

  /** Scratch memory for so many tiles. */
  static long bytes(int tiles) {
    return 3L * VECTOR_BYTES * TILE_ROWS * tiles;
  }

  /**
   * Adds the sums of a block of columns to those of all tiles, or sets them.
   *
   * @param x the activations
   * @param xAt where the first token has the first column of the block
   * @param xCols columns of {@code x}
   * @param tokens at most {@link #TOKENS}
   * @param codesAt where the first tile has its codes of the block
   */
  void add(
      MemorySegment x,
      long xAt,
      int xCols,
      int tokens,
      ColumnBlock block,
      MemorySegment codes,
      long codesAt,
      boolean set) {
    clear(scratch, shortsAt, rows);
    boolean first = set;
    int summed = 0;
    for (int unit = 0; unit < block.units(); unit += PASS_UNITS) {
      int some = Math.min(PASS_UNITS, block.units() - unit);
      if (summed + some > MAX_UNITS) {
        Sums.addShorts(scratch, shortsAt, rows, intsAt, first);
        clear(scratch, shortsAt, rows);
        first = false;
        summed = 0;
      }
      int col = unit * Codes.UNIT_COLS;
      int cols = Math.min(block.cols() - col, some * Codes.UNIT_COLS);
      spread(x, xAt + col, xCols, tokens, cols, some * Codes.UNIT_COLS);
      for (int quad = 0; quad < 2 * some; quad++) {
        table(
            scratch,
            COLUMNS_AT + 4L * VECTOR_BYTES * quad,
            OPERAND_AT + (long) TOKEN_TABLE_BYTES * quad);
      }
      long at = codesAt + (long) Codes.UNIT_BYTES * unit;
      if (some == PASS_UNITS) {
        eightQuads(codes, at, block.tileBytes(), rows, scratch, shortsAt);
      } else {
        for (int i = 0; i < some; i++) {
          long tables = OPERAND_AT + 2L * TOKEN_TABLE_BYTES * i;
          long unitAt = at + (long) Codes.UNIT_BYTES * i;
          twoQuads(codes, unitAt, block.tileBytes(), rows, scratch, tables, shortsAt);
        }
      }
      summed += some;
    }
    Sums.addShorts(scratch, shortsAt, rows, intsAt, first);
  }

  private static void clear(MemorySegment scratch, long at, int vectors) {
    for (int i = 0; i < vectors; i++) {
      ShortVector.zero(SHORTS).intoMemorySegment(scratch, at + (long) VECTOR_BYTES * i, ORDER);
    }
  }

  /** Writes the activations of some columns side by side, and zeros where there are none. */
  private void spread(MemorySegment x, long xAt, int xCols, int tokens, int cols, int padded) {
    if (tokens < TOKENS || cols < padded) {
      clear(scratch, COLUMNS_AT, padded);
    }
    for (int token = 0; token < tokens; token++) {
      long from = xAt + (long) token * xCols;
      long to = COLUMNS_AT + 2L * token;
      for (int col = 0; col < cols; col++) {
        scratch.set(JAVA_SHORT, to + (long) VECTOR_BYTES * col, x.get(JAVA_BYTE, from + col));
      }
    }
  }

  private static ShortVector load(MemorySegment from, long at) {
    return ShortVector.fromMemorySegment(SHORTS, from, at, ORDER);
  }

  /** The sums of four columns for all their trits. */
  private static void table(MemorySegment scratch, long columns, long to) {
    ShortVector x0 = load(scratch, columns);
    ShortVector x1 = load(scratch, columns + VECTOR_BYTES);
    ShortVector x2 = load(scratch, columns + 2L * VECTOR_BYTES);
    ShortVector x3 = load(scratch, columns + 3L * VECTOR_BYTES);
    ShortVector three = x0.add(x1).add(x2).add(x3).neg();
    for (int t3 = 0; t3 < 3; t3++) {
      ShortVector two = three;
      for (int t2 = 0; t2 < 3; t2++) {
        ShortVector one = two;
        for (int t1 = 0; t1 < 3; t1++) {
          long at = to + (long) VECTOR_BYTES * (4 * t1 + 16 * t2 + 64 * t3);
          one.intoMemorySegment(scratch, at, ORDER);
          ShortVector zero = one.add(x0);
          zero.intoMemorySegment(scratch, at + VECTOR_BYTES, ORDER);
          zero.add(x0).intoMemorySegment(scratch, at + 2L * VECTOR_BYTES, ORDER);
          one = one.add(x1);
        }
        two = two.add(x2);
      }
      three = three.add(x3);
    }
  }

  /** Adds 32 columns to the sums of all rows. */
  private static void eightQuads(
      MemorySegment codes,
      long codesAt,
      long tileBytes,
      int rows,
      MemorySegment scratch,
      long sumsAt) {
    for (int tile = 0; tile < rows / TILE_ROWS; tile++) {
      long at = codesAt + tileBytes * tile;
      long to = sumsAt + (long) VECTOR_BYTES * TILE_ROWS * tile;
      for (int row = 0; row < TILE_ROWS; row++) {
        ShortVector sum = load(scratch, to + (long) VECTOR_BYTES * row);
        for (int quad = 0; quad < TOKEN_QUADS; quad++) {
          int code = codes.get(JAVA_BYTE, at + (long) TILE_ROWS * quad + row) & 0xff;
          sum =
              sum.add(
                  load(
                      scratch,
                      OPERAND_AT + (long) TOKEN_TABLE_BYTES * quad + (long) VECTOR_BYTES * code));
        }
        sum.intoMemorySegment(scratch, to + (long) VECTOR_BYTES * row, ORDER);
      }
    }
  }

  /** Adds 8 columns to the sums of all rows. */
  private static void twoQuads(
      MemorySegment codes,
      long codesAt,
      long tileBytes,
      int rows,
      MemorySegment scratch,
      long tables,
      long sumsAt) {
    for (int tile = 0; tile < rows / TILE_ROWS; tile++) {
      long at = codesAt + tileBytes * tile;
      long to = sumsAt + (long) VECTOR_BYTES * TILE_ROWS * tile;
      for (int row = 0; row < TILE_ROWS; row++) {
        ShortVector sum = load(scratch, to + (long) VECTOR_BYTES * row);
        for (int quad = 0; quad < 2; quad++) {
          int code = codes.get(JAVA_BYTE, at + (long) TILE_ROWS * quad + row) & 0xff;
          sum =
              sum.add(
                  load(
                      scratch,
                      tables + (long) TOKEN_TABLE_BYTES * quad + (long) VECTOR_BYTES * code));
        }
        sum.intoMemorySegment(scratch, to + (long) VECTOR_BYTES * row, ORDER);
      }
    }
  }

  /** Writes the sums token by token, the rows in order. */
  void collect(int tokens, long to, long tokenBytes) {
    for (int tile = 0; tile < rows / TILE_ROWS; tile++) {
      long tileAt = intsAt + 4L * TOKENS * TILE_ROWS * tile;
      // Whole lines of the cache at a time: tokens may all share one set.
      for (int token = 0; token < tokens; token++) {
        long at = to + tokenBytes * token + 4L * TILE_ROWS * tile;
        for (int lane = 0; lane < TILE_ROWS; lane++) {
          int sum = scratch.get(JAVA_INT, tileAt + 4L * (TOKENS * lane + token));
          scratch.set(JAVA_INT, at + 4L * Codes.rowOf(lane), sum);
        }
      }
    }
  }
}
