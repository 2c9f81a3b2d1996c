package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.ScratchMap.OPERAND_AT;
import static dev.ternary.kernels.vector.ScratchMap.PARTS_AT;
import static dev.ternary.kernels.vector.ScratchMap.PART_TILES;
import static dev.ternary.kernels.vector.ScratchMap.STAGING_AT;
import static dev.ternary.kernels.vector.ScratchMap.SUMS_AT;
import static dev.ternary.kernels.vector.ScratchMap.TILE_SUM_BYTES;
import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;
import static dev.ternary.kernels.vector.VectorCpu.TRIPLES;
import static dev.ternary.kernels.vector.VectorCpu.VECTOR_BYTES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.spi.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * One product of a {@link VectorPanels}, which several workers share by rows.
 *
 * <p>The order of the loops keeps everything in cache however many rows there are: for some tokens
 * and a panel of rows, block by block of columns, the operand (tables, a few kilobytes in L1) of a
 * token, or of all of them, meets all tiles of the panel, whose codes and sums are in L2.
 */
final class VectorProduct implements Parallelism.Part {

  /** About 3 microseconds, at 100 thousand million products a second. */
  private static final long PRODUCTS_A_PART = 1 << 18;

  /** Tokens whose sums are kept while the codes of a panel pass once. */
  private static final int TOKENS = TRIPLES ? 16 : ByTokens.TOKENS;

  /** Rows of a panel: 16 tokens of sums take 256 KB, the codes of a block 230 KB; or half of it. */
  private static final int PANEL_ROWS = TRIPLES ? 4096 : 2048;

  private final Operands o;
  private final VectorPanels w;
  private final boolean floats;

  /** Whether scaled sums are added up beside the sums; one group is scaled where it is. */
  private final boolean totals;

  private final Scratch memory;

  /** Whether many tokens are multiplied at once. */
  private final boolean together;

  /**
   * A product.
   *
   * @param together whether tokens may be multiplied at once where {@link #tabulates}
   */
  VectorProduct(Operands operands, boolean together, Scratch memory) {
    o = operands;
    this.together = together;
    w = operands.w();
    floats = operands.floats();
    totals = operands.scaled() && w.groups() > 1;
    this.memory = memory;
  }

  void run() {
    o.forRows(memory.parallelism(), PRODUCTS_A_PART, this);
  }

  @Override
  public void run(int worker, int from, int to) {
    int tokens = o.tokens();
    int most = tokens == 1 ? to - from : Math.min(to - from, PANEL_ROWS);
    int tiles = Math.ceilDiv(most, TILE_ROWS);
    long bytes =
        SUMS_AT
            + tiles * TILE_SUM_BYTES * Math.min(tokens, TOKENS) * (totals ? 2 : 1)
            + (tabulates(tokens, most) ? ByTokens.bytes(tiles) : 0);
    MemorySegment scratch = memory.local(worker, bytes);
    for (int token = 0; token < tokens; token += TOKENS) {
      int untilToken = Math.min(tokens - token, TOKENS) + token;
      for (int row = from; row < to; row += most) {
        panel(scratch, token, untilToken, row, Math.min(to - row, most) + row);
      }
    }
  }

  /** Whether tokens can be multiplied at once, and faster so. */
  static boolean tabulates(Operands operands) {
    return !TRIPLES && !operands.floats() && ByTokens.pay(operands.tokens(), operands.w().rows());
  }

  private boolean tabulates(int count, int rows) {
    return together && ByTokens.pay(count, rows);
  }

  private void panel(MemorySegment scratch, int token, int untilToken, int row, int untilRow) {
    int tiles = Math.ceilDiv(untilRow - row, TILE_ROWS);
    long tokenBytes = tiles * TILE_SUM_BYTES;
    int count = untilToken - token;
    long totalsAt = totals ? SUMS_AT + count * tokenBytes : SUMS_AT;
    if (tabulates(count, untilRow - row)) {
      sumsTogether(scratch, token, count, row, tiles);
    } else {
      sumsOneByOne(scratch, token, count, row, tiles);
    }
    for (int t = token; t < untilToken; t++) {
      long at = totalsAt + (t - token) * tokenBytes;
      if (o.scaled() && !floats) {
        Sums.multiply(scratch, at, tokenBytes, o.tokenScales().getAtIndex(JAVA_FLOAT_UNALIGNED, t));
      }
      if (o.scaled() && !w.epilogue().isNone()) {
        long biasAt = (long) row * Float.BYTES;
        Sums.finish(scratch, at, tokenBytes, w.bias(), biasAt, w.epilogue().hasRelu());
      }
      long to = ((long) t * w.rows() + row) * Float.BYTES;
      MemorySegment.copy(scratch, at, o.result(), to, (long) Float.BYTES * (untilRow - row));
    }
  }

  private void sumsOneByOne(MemorySegment scratch, int token, int count, int row, int tiles) {
    long tokenBytes = tiles * TILE_SUM_BYTES;
    for (ColumnBlock block : w.blocks()) {
      for (int t = 0; t < count; t++) {
        long at = SUMS_AT + t * tokenBytes;
        operand(scratch, block, token + t);
        tiles(scratch, block, row / TILE_ROWS, tiles, at, o.opens(block));
        if (o.scaled() && block.closesGroup()) {
          scale(
              scratch, block.group(), row, at, at + (totals ? count * tokenBytes : 0), tokenBytes);
        }
      }
    }
  }

  private void sumsTogether(MemorySegment scratch, int token, int count, int row, int tiles) {
    long tokenBytes = tiles * TILE_SUM_BYTES;
    long totalsOffset = totals ? count * tokenBytes : 0;
    var byTokens = new ByTokens(scratch, SUMS_AT + count * tokenBytes + totalsOffset, tiles);
    for (ColumnBlock block : w.blocks()) {
      long xAt = (long) token * w.cols() + block.firstCol();
      long codesAt = block.offset() + row / TILE_ROWS * block.tileBytes();
      byTokens.add(o.x(), xAt, w.cols(), count, block, w.codes(), codesAt, o.opens(block));
      if (o.scaled() ? block.closesGroup() : block.firstCol() + block.cols() == w.cols()) {
        byTokens.collect(count, SUMS_AT, tokenBytes);
      }
      for (int t = 0; t < count && o.scaled() && block.closesGroup(); t++) {
        long at = SUMS_AT + t * tokenBytes;
        scale(scratch, block.group(), row, at, at + totalsOffset, tokenBytes);
      }
    }
  }

  /** Multiplies the sums of a group by its scales and adds them to the totals, or sets these. */
  private void scale(
      MemorySegment scratch, int group, int row, long sumsAt, long totalsAt, long bytes) {
    long scalesAt = (long) Float.BYTES * ((long) group * w.paddedRows() + row);
    if (floats) {
      Sums.scaleFloats(scratch, sumsAt, totalsAt, bytes, w.scales(), scalesAt, group == 0);
    } else {
      Sums.scaleInts(scratch, sumsAt, totalsAt, bytes, w.scales(), scalesAt, group == 0);
    }
  }

  /** Makes the operand of one token from the columns of a block. */
  private void operand(MemorySegment scratch, ColumnBlock block, int token) {
    long elementBytes = floats ? Float.BYTES : Byte.BYTES;
    long bytes = elementBytes * block.cols();
    MemorySegment.copy(
        o.x(),
        elementBytes * ((long) token * w.cols() + block.firstCol()),
        scratch,
        STAGING_AT,
        bytes);
    long padded = elementBytes * block.units() * Codes.UNIT_COLS;
    for (long at = bytes; at < padded; at++) {
      scratch.set(JAVA_BYTE, STAGING_AT + at, (byte) 0);
    }
    if (floats && TRIPLES) {
      LookUp.floatTables(scratch, STAGING_AT, block.units(), scratch, OPERAND_AT);
    } else if (floats) {
      QuadFloats.tables(scratch, block.units());
    } else if (TRIPLES) {
      LookUp.sumTables(scratch, STAGING_AT, block.units(), scratch, OPERAND_AT);
    } else {
      Pairs.tables(scratch, block.units());
    }
  }

  /** Adds the sums of a block of columns to those of some tiles, or sets them. */
  private void tiles(
      MemorySegment scratch, ColumnBlock block, int tile, int count, long sumsAt, boolean set) {
    for (int i = 0; i < count; i += PART_TILES) {
      int some = Math.min(count - i, PART_TILES);
      long at = block.offset() + (tile + i) * block.tileBytes();
      long to = sumsAt + i * TILE_SUM_BYTES;
      if (floats && TRIPLES) {
        floatTriples(scratch, block, at, some);
        Sums.addFloats(scratch, PARTS_AT, 2 * some, to, set);
      } else if (floats) {
        floatQuads(scratch, block, at, some);
        QuadFloats.addTiles(scratch, PARTS_AT, some, to, set);
      } else if (TRIPLES) {
        shortTriples(scratch, block, at, some);
        Sums.addShorts(scratch, PARTS_AT, some, to, set);
      } else {
        pairs(scratch, block, at, some);
        Pairs.addTiles(scratch, PARTS_AT, some, block.units(), to, set);
      }
    }
  }

  private void floatQuads(MemorySegment scratch, ColumnBlock block, long codesAt, int count) {
    for (int i = 0; i < count; i++) {
      long at = codesAt + i * block.tileBytes();
      long to = PARTS_AT + i * TILE_SUM_BYTES;
      QuadFloats.tile(w.codes(), at, block.units(), scratch, to);
    }
  }

  private void pairs(MemorySegment scratch, ColumnBlock block, long codesAt, int count) {
    for (int i = 0; i < count; i++) {
      long at = codesAt + i * block.tileBytes();
      long to = PARTS_AT + i * Pairs.PART_BYTES;
      Pairs.tile(w.codes(), at, block.units(), scratch, to);
    }
  }

  private void floatTriples(MemorySegment scratch, ColumnBlock block, long codesAt, int count) {
    for (int i = 0; i < count; i++) {
      long at = codesAt + i * block.tileBytes();
      long to = PARTS_AT + i * TILE_SUM_BYTES;
      LookUp.floatTile(w.codes(), at, block.units(), scratch, OPERAND_AT, to);
    }
  }

  private void shortTriples(MemorySegment scratch, ColumnBlock block, long codesAt, int count) {
    int i = 0;
    for (; i + 1 < count; i += 2) {
      long at = codesAt + i * block.tileBytes();
      long to = PARTS_AT + (long) VECTOR_BYTES * i;
      LookUp.twoTiles(w.codes(), at, block.units(), scratch, OPERAND_AT, to);
    }
    if (i < count) {
      long at = codesAt + i * block.tileBytes();
      long to = PARTS_AT + (long) VECTOR_BYTES * i;
      LookUp.tile(w.codes(), at, block.units(), scratch, OPERAND_AT, to);
    }
  }
}
