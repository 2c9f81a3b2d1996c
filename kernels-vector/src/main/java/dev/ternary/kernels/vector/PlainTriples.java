package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link PlainSums} of the layout for 512 bits: a code looks up the sums of three times three. */
final class PlainTriples implements PlainSums {

  /** Sums of three columns, of which 27 are in use. */
  private static final int TABLE = 32;

  private static final int UNIT = 3 * TABLE;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(VectorCpu.ORDER);

  private final short[] codes;
  private final short[] sums;
  private final float[] floats;

  PlainTriples(int units) {
    codes = new short[CHUNK_TILES * units * TILE_ROWS];
    sums = new short[units * UNIT];
    floats = new float[units * UNIT];
  }

  @Override
  public void read(MemorySegment from, long at, int tiles, int units) {
    MemorySegment.copy(from, SHORT, at, codes, 0, tiles * units * TILE_ROWS);
  }

  @Override
  public void tables(byte[] x, int units) {
    for (int i = 0; i < 3 * units; i++) {
      for (int j = 0; j < 27; j++) {
        sums[TABLE * i + j] =
            (short)
                ((j % 3 - 1) * x[3 * i]
                    + (j / 3 % 3 - 1) * x[3 * i + 1]
                    + (j / 9 - 1) * x[3 * i + 2]);
      }
    }
  }

  @Override
  public void add(int tile, int units, int firstUnit, int someUnits, int[] to, int at) {
    int code = (tile * units + firstUnit) * TILE_ROWS;
    for (int row = 0; row < TILE_ROWS; row += 2) {
      add(codes, code + row, someUnits, sums, firstUnit * UNIT, to, at + row);
    }
  }

  private static void add(
      short[] codes, int code, int units, short[] sums, int table, int[] to, int row) {
    int a = 0;
    int b = 0;
    for (int unit = 0; unit < units; unit++) {
      int v = codes[code];
      int u = codes[code + 1];
      a += sums[table + (v & 31)];
      b += sums[table + (u & 31)];
      a += sums[table + TABLE + (v >> 5 & 31)];
      b += sums[table + TABLE + (u >> 5 & 31)];
      a += sums[table + 2 * TABLE + (v >> 10 & 31)];
      b += sums[table + 2 * TABLE + (u >> 10 & 31)];
      code += TILE_ROWS;
      table += UNIT;
    }
    to[row] += a;
    to[row + 1] += b;
  }

  @Override
  public void floatTables(float[] x, int units) {
    for (int i = 0; i < 3 * units; i++) {
      for (int j = 0; j < 27; j++) {
        floats[TABLE * i + j] =
            (j % 3 - 1) * x[3 * i] + (j / 3 % 3 - 1) * x[3 * i + 1] + (j / 9 - 1) * x[3 * i + 2];
      }
    }
  }

  @Override
  public void addFloats(int tile, int units, int firstUnit, int someUnits, float[] to, int at) {
    int code = (tile * units + firstUnit) * TILE_ROWS;
    for (int row = 0; row < TILE_ROWS; row += 2) {
      addFloats(codes, code + row, someUnits, floats, firstUnit * UNIT, to, at + row);
    }
  }

  private static void addFloats(
      short[] codes, int code, int units, float[] floats, int table, float[] to, int row) {
    float a = to[row];
    float b = to[row + 1];
    for (int unit = 0; unit < units; unit++) {
      int v = codes[code];
      int u = codes[code + 1];
      a += floats[table + (v & 31)];
      b += floats[table + (u & 31)];
      a += floats[table + TABLE + (v >> 5 & 31)];
      b += floats[table + TABLE + (u >> 5 & 31)];
      a += floats[table + 2 * TABLE + (v >> 10 & 31)];
      b += floats[table + 2 * TABLE + (u >> 10 & 31)];
      code += TILE_ROWS;
      table += UNIT;
    }
    to[row] = a;
    to[row + 1] = b;
  }
}
