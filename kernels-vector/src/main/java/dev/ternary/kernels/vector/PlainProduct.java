package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.ternary.kernel.Parallelism;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One product without vectors, to the bits of {@link VectorProduct}: what serves until the JIT has
 * compiled that. Memory is read and written in large pieces, since access to a segment is slow
 * where it is interpreted. Its arrays are garbage afterwards.
 */
final class PlainProduct implements Parallelism.Part {

  /** About 20 microseconds once it is compiled. */
  private static final long PRODUCTS_A_PART = 1 << 17;

  private static final int BLOCK_COLS = Codes.MAX_UNITS * Codes.UNIT_COLS;

  private final Operands o;
  private final VectorPanels w;

  PlainProduct(Operands operands) {
    o = operands;
    w = operands.w();
  }

  void run(Parallelism parallelism) {
    o.forRows(parallelism, PRODUCTS_A_PART, this);
  }

  @Override
  public void run(int worker, int from, int to) {
    new Rows(from, to).run();
  }

  /** For the layout in use, and blocks of at most {@code units} units. */
  private static PlainSums plainSums(int units) {
    return VectorCpu.TRIPLES ? new PlainTriples(units) : new PlainQuads(units);
  }

  /** The part of one worker. */
  private final class Rows {

    private final int from;
    private final int count;
    private final int tiles;
    private final PlainSums plain = plainSums(w.blocks()[0].units());
    private final byte[] int8 = new byte[o.floats() ? 0 : BLOCK_COLS];
    private final float[] float32 = new float[o.floats() ? BLOCK_COLS : 0];

    /** The sums of int8 activations, in the groups so far. */
    private final int[] sums;

    /** The sums of float32 activations in one block and in the groups so far. */
    private final float[] blockSums;

    private final float[] floatSums;
    private final float[] scales;
    private final float[] totals;

    Rows(int from, int to) {
      this.from = from;
      count = to - from;
      tiles = Math.ceilDiv(count, TILE_ROWS);
      int padded = tiles * TILE_ROWS;
      sums = new int[o.floats() ? 0 : padded];
      blockSums = new float[o.floats() ? padded : 0];
      floatSums = new float[o.floats() ? padded : 0];
      scales = new float[o.scaled() ? count : 0];
      totals = new float[o.scaled() ? count : 0];
    }

    void run() {
      for (int token = 0; token < o.tokens(); token++) {
        for (ColumnBlock block : w.blocks()) {
          long x = (long) token * w.cols() + block.firstCol();
          if (o.floats()) {
            floats(block, x);
          } else {
            sums(block, x);
          }
          if (o.scaled() && block.closesGroup()) {
            scale(block.group());
          }
        }
        long to = (long) token * w.rows() + from;
        if (o.scaled()) {
          finish(token);
          MemorySegment.copy(totals, 0, o.result(), JAVA_FLOAT_UNALIGNED, 4 * to, count);
        } else {
          MemorySegment.copy(sums, 0, o.result(), JAVA_INT_UNALIGNED, 4 * to, count);
        }
      }
    }

    private void sums(ColumnBlock block, long x) {
      if (o.opens(block)) {
        Arrays.fill(sums, 0);
      }
      MemorySegment.copy(o.x(), JAVA_BYTE, x, int8, 0, block.cols());
      Arrays.fill(int8, block.cols(), block.units() * Codes.UNIT_COLS, (byte) 0);
      plain.tables(int8, block.units());
      forChunks(
          block, (tile, unit, units, at) -> plain.add(tile, block.units(), unit, units, sums, at));
    }

    private void floats(ColumnBlock block, long x) {
      MemorySegment.copy(o.x(), JAVA_FLOAT_UNALIGNED, 4 * x, float32, 0, block.cols());
      Arrays.fill(float32, block.cols(), block.units() * Codes.UNIT_COLS, 0f);
      plain.floatTables(float32, block.units());
      Arrays.fill(blockSums, 0);
      forChunks(
          block,
          (tile, unit, units, at) ->
              plain.addFloats(tile, block.units(), unit, units, blockSums, at));
      boolean opens = o.opens(block);
      for (int i = 0; i < blockSums.length; i++) {
        floatSums[i] = opens ? blockSums[i] : blockSums[i] + floatSums[i];
      }
    }

    private interface Adding {
      void add(int tile, int unit, int units, int at);
    }

    /** Reads the codes of some tiles, and passes over them for the tables of some columns. */
    private void forChunks(ColumnBlock block, Adding adding) {
      long at = block.offset() + from / TILE_ROWS * block.tileBytes();
      for (int chunk = 0; chunk < tiles; chunk += PlainSums.CHUNK_TILES) {
        int some = Math.min(PlainSums.CHUNK_TILES, tiles - chunk);
        plain.read(w.codes(), at + chunk * block.tileBytes(), some, block.units());
        for (int unit = 0; unit < block.units(); unit += PlainSums.TABLE_UNITS) {
          int units = Math.min(PlainSums.TABLE_UNITS, block.units() - unit);
          for (int tile = 0; tile < some; tile++) {
            adding.add(tile, unit, units, (chunk + tile) * TILE_ROWS);
          }
        }
      }
    }

    private void scale(int group) {
      long at = 4 * ((long) group * w.paddedRows() + from);
      MemorySegment.copy(w.scales(), JAVA_FLOAT, at, scales, 0, count);
      for (int i = 0; i < count; i++) {
        float scaled = (o.floats() ? floatSums[i] : sums[i]) * scales[i];
        totals[i] = group == 0 ? scaled : scaled + totals[i];
      }
    }

    private void finish(int token) {
      float factor = o.floats() ? 1 : o.tokenScales().getAtIndex(JAVA_FLOAT_UNALIGNED, token);
      boolean nothing = w.epilogue().isNone();
      for (int i = 0; i < count; i++) {
        float total = o.floats() ? totals[i] : totals[i] * factor;
        totals[i] = nothing ? total : w.epilogue().apply(total, from + i);
      }
    }
  }
}
