package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.LOOKS_UP;
import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;
import static dev.ternary.kernels.vector.VectorCpu.VECTOR_BYTES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.spi.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * One product of a {@link VectorPanels}, which several workers share by rows.
 *
 * <p>The order of the loops keeps everything in cache however many rows there are: for some tokens
 * and a panel of rows, block by block of columns, token by token, the operand (tables or spread
 * activations, a few kilobytes in L1) meets all tiles of the panel, whose codes and sums are in L2.
 */
final class VectorProduct implements Parallelism.Part {

  /** About 3 microseconds, at 100 thousand million products a second. */
  private static final long PRODUCTS_A_PART = 1 << 18;

  /** Tokens whose sums are kept while the codes of a panel pass once. */
  private static final int TOKENS = 16;

  /** Rows of a panel: 16 tokens of sums take 256 KB, the codes of a block 230 KB. */
  private static final int PANEL_ROWS = 4096;

  /** Where the activations of one token and block are put, with zeros up to a whole unit. */
  private static final long STAGING_BYTES = 1024;

  /** Tiles whose sums of one block wait in L1 before they are added to the others; even. */
  private static final int PART_TILES = 16;

  private static final long PARTS_AT = STAGING_BYTES;

  private static final long OPERAND_AT = PARTS_AT + 2L * VECTOR_BYTES * PART_TILES;

  private static final long OPERAND_BYTES =
      Codes.MAX_UNITS * (LOOKS_UP ? LookUp.FLOAT_UNIT_BYTES : Multiply.UNIT_BYTES);

  /** Bytes of the sums of one token and tile. */
  private static final long TILE_SUM_BYTES = (long) Float.BYTES * TILE_ROWS;

  private static final long SUMS_AT = OPERAND_AT + OPERAND_BYTES;

  private final VectorPanels w;
  private final int tokens;
  private final MemorySegment x;
  private final boolean floats;
  private final MemorySegment result;
  private final boolean scaled;

  /** Whether scaled sums are added up beside the sums; one group is scaled where it is. */
  private final boolean totals;

  private final MemorySegment tokenScales;
  private final Scratch memory;

  /** Exact sums. */
  VectorProduct(VectorPanels w, Int8Matrix x, IntMatrix sums, Scratch memory) {
    this(w, x.rows(), x.values(), false, sums.values(), false, x.scales(), memory);
  }

  /** Sums times scales. */
  VectorProduct(VectorPanels w, Int8Matrix x, FloatMatrix y, Scratch memory) {
    this(w, x.rows(), x.values(), false, y.values(), true, x.scales(), memory);
  }

  /** Products of float32 activations. */
  VectorProduct(VectorPanels w, FloatMatrix x, FloatMatrix y, Scratch memory) {
    this(w, x.rows(), x.values(), true, y.values(), true, MemorySegment.NULL, memory);
  }

  private VectorProduct(
      VectorPanels w,
      int tokens,
      MemorySegment x,
      boolean floats,
      MemorySegment result,
      boolean scaled,
      MemorySegment tokenScales,
      Scratch memory) {
    this.w = w;
    this.tokens = tokens;
    this.x = x;
    this.floats = floats;
    this.result = result;
    this.scaled = scaled;
    this.totals = scaled && w.groups() > 1;
    this.tokenScales = tokenScales;
    this.memory = memory;
  }

  void run() {
    if (tokens > 0 && w.rows() > 0) {
      int least = Parallelism.leastRows(PRODUCTS_A_PART, tokens, w.cols());
      memory.parallelism().forParts(w.rows(), TILE_ROWS, least, this);
    }
  }

  @Override
  public void run(int worker, int from, int to) {
    int most = tokens == 1 ? to - from : Math.min(to - from, PANEL_ROWS);
    long tokenBytes = Math.ceilDiv(most, TILE_ROWS) * TILE_SUM_BYTES;
    int tokensAtOnce = Math.min(tokens, TOKENS);
    MemorySegment scratch =
        memory.local(worker, SUMS_AT + tokenBytes * tokensAtOnce * (totals ? 2 : 1));
    for (int token = 0; token < tokens; token += TOKENS) {
      int untilToken = Math.min(tokens - token, TOKENS) + token;
      for (int row = from; row < to; row += most) {
        panel(scratch, token, untilToken, row, Math.min(to - row, most) + row);
      }
    }
  }

  private void panel(MemorySegment scratch, int token, int untilToken, int row, int untilRow) {
    int tiles = Math.ceilDiv(untilRow - row, TILE_ROWS);
    long tokenBytes = tiles * TILE_SUM_BYTES;
    long totalsAt = totals ? SUMS_AT + (untilToken - token) * tokenBytes : SUMS_AT;
    for (ColumnBlock block : w.blocks()) {
      boolean set = scaled ? block.opensGroup() : block.firstCol() == 0;
      for (int t = token; t < untilToken; t++) {
        long offset = (t - token) * tokenBytes;
        operand(scratch, block, t);
        tiles(scratch, block, row / TILE_ROWS, tiles, SUMS_AT + offset, set);
        if (scaled && block.closesGroup()) {
          long scales = (long) Float.BYTES * ((long) block.group() * w.paddedRows() + row);
          boolean first = block.group() == 0;
          scale(scratch, SUMS_AT + offset, totalsAt + offset, tokenBytes, scales, first);
        }
      }
    }
    for (int t = token; t < untilToken; t++) {
      long at = totalsAt + (t - token) * tokenBytes;
      if (scaled && !floats) {
        Sums.multiply(scratch, at, tokenBytes, tokenScales.getAtIndex(JAVA_FLOAT_UNALIGNED, t));
      }
      if (scaled && !w.epilogue().isNone()) {
        long biasAt = (long) row * Float.BYTES;
        Sums.finish(scratch, at, tokenBytes, w.bias(), biasAt, w.epilogue().hasRelu());
      }
      long to = ((long) t * w.rows() + row) * Float.BYTES;
      MemorySegment.copy(scratch, at, result, to, (long) Float.BYTES * (untilRow - row));
    }
  }

  private void scale(
      MemorySegment scratch, long sumsAt, long totalsAt, long bytes, long scalesAt, boolean set) {
    if (floats) {
      Sums.scaleFloats(scratch, sumsAt, totalsAt, bytes, w.scales(), scalesAt, set);
    } else {
      Sums.scaleInts(scratch, sumsAt, totalsAt, bytes, w.scales(), scalesAt, set);
    }
  }

  /** Makes the operand of one token from the columns of a block. */
  private void operand(MemorySegment scratch, ColumnBlock block, int token) {
    long elementBytes = floats ? Float.BYTES : Byte.BYTES;
    long bytes = elementBytes * block.cols();
    MemorySegment.copy(
        x, elementBytes * ((long) token * w.cols() + block.firstCol()), scratch, 0, bytes);
    long padded = elementBytes * block.units() * Codes.UNIT_COLS;
    for (long at = bytes; at < padded; at++) {
      scratch.set(JAVA_BYTE, at, (byte) 0);
    }
    if (LOOKS_UP) {
      if (floats) {
        LookUp.floatTables(scratch, 0, block.units(), scratch, OPERAND_AT);
      } else {
        LookUp.sumTables(scratch, 0, block.units(), scratch, OPERAND_AT);
      }
    } else if (floats) {
      Multiply.spreadFloats(scratch, 0, block.units(), scratch, OPERAND_AT);
    } else {
      Multiply.spread(scratch, 0, block.units(), scratch, OPERAND_AT);
    }
  }

  /** Adds the sums of a block of columns to those of some tiles, or sets them. */
  private void tiles(
      MemorySegment scratch, ColumnBlock block, int tile, int count, long sumsAt, boolean set) {
    for (int i = 0; i < count; i += PART_TILES) {
      int some = Math.min(count - i, PART_TILES);
      long at = block.offset() + (tile + i) * block.tileBytes();
      long to = sumsAt + i * TILE_SUM_BYTES;
      if (floats) {
        floatParts(scratch, block, at, some);
        Sums.addFloats(scratch, PARTS_AT, 2 * some, to, set);
      } else {
        shortParts(scratch, block, at, some);
        Sums.addShorts(scratch, PARTS_AT, some, to, set);
      }
    }
  }

  private void floatParts(MemorySegment scratch, ColumnBlock block, long codesAt, int count) {
    for (int i = 0; i < count; i++) {
      long at = codesAt + i * block.tileBytes();
      long to = PARTS_AT + i * TILE_SUM_BYTES;
      if (LOOKS_UP) {
        LookUp.floatTile(w.codes(), at, block.units(), scratch, OPERAND_AT, to);
      } else {
        Multiply.floatTile(w.codes(), at, block.units(), scratch, OPERAND_AT, to);
      }
    }
  }

  private void shortParts(MemorySegment scratch, ColumnBlock block, long codesAt, int count) {
    int i = 0;
    for (; i + 1 < count; i += 2) {
      long at = codesAt + i * block.tileBytes();
      long to = PARTS_AT + (long) VECTOR_BYTES * i;
      if (LOOKS_UP) {
        LookUp.twoTiles(w.codes(), at, block.units(), scratch, OPERAND_AT, to);
      } else {
        Multiply.twoTiles(w.codes(), at, block.units(), scratch, OPERAND_AT, to);
      }
    }
    if (i < count) {
      long at = codesAt + i * block.tileBytes();
      long to = PARTS_AT + (long) VECTOR_BYTES * i;
      if (LOOKS_UP) {
        LookUp.tile(w.codes(), at, block.units(), scratch, OPERAND_AT, to);
      } else {
        Multiply.tile(w.codes(), at, block.units(), scratch, OPERAND_AT, to);
      }
    }
  }
}
