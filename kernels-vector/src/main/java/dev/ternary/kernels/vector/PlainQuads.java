package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@link PlainSums} of the layout for 128 and 256 bits: a byte looks up the sum of four columns.
 */
final class PlainQuads implements PlainSums {

  /** Sums of four columns, of which 81 are in use. */
  private static final int TABLE = 256;

  private final byte[] codes;
  private final int tables;
  private short[] sums = {};
  private float[] floats = {};

  PlainQuads(int units) {
    codes = new byte[CHUNK_TILES * units * Codes.UNIT_BYTES];
    tables = 2 * units * TABLE;
  }

  @Override
  public void read(MemorySegment from, long at, int tiles, int units) {
    int bytes = tiles * units * Codes.UNIT_BYTES;
    MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, codes, 0, bytes);
  }

  @Override
  public void tables(byte[] x, int units) {
    if (sums.length == 0) {
      sums = new short[tables];
    }
    for (int quad = 0; quad < 2 * units; quad++) {
      table(x, 4 * quad, sums, TABLE * quad);
    }
  }

  private static void table(byte[] x, int col, short[] sums, int at) {
    int x0 = x[col];
    int x1 = x[col + 1];
    for (int t3 = 0; t3 < 3; t3++) {
      for (int t2 = 0; t2 < 3; t2++) {
        int sum = (t3 - 1) * x[col + 3] + (t2 - 1) * x[col + 2] - x1;
        int to = at + 64 * t3 + 16 * t2;
        for (int t1 = 0; t1 < 3; t1++) {
          sums[to] = (short) (sum - x0);
          sums[to + 1] = (short) sum;
          sums[to + 2] = (short) (sum + x0);
          sum += x1;
          to += 4;
        }
      }
    }
  }

  @Override
  public void add(int tile, int units, int firstUnit, int someUnits, int[] to, int at) {
    int code = (tile * units + firstUnit) * Codes.UNIT_BYTES;
    for (int lane = 0; lane < TILE_ROWS; lane += 4) {
      add(codes, code + lane, 2 * someUnits, sums, 2 * firstUnit * TABLE, to, at + lane / 4);
    }
  }

  /** Adds the codes of four rows, every fourth one of a tile. */
  private static void add(
      byte[] codes, int code, int quads, short[] sums, int table, int[] to, int row) {
    int a = 0;
    int b = 0;
    int c = 0;
    int d = 0;
    for (int quad = 0; quad < quads; quad++) {
      a += sums[table + (codes[code] & 0xff)];
      b += sums[table + (codes[code + 1] & 0xff)];
      c += sums[table + (codes[code + 2] & 0xff)];
      d += sums[table + (codes[code + 3] & 0xff)];
      code += TILE_ROWS;
      table += TABLE;
    }
    to[row] += a;
    to[row + 4] += b;
    to[row + 8] += c;
    to[row + 12] += d;
  }

  @Override
  public void floatTables(float[] x, int units) {
    if (floats.length == 0) {
      floats = new float[tables];
    }
    for (int quad = 0; quad < 2 * units; quad++) {
      floatTable(x, 4 * quad, floats, TABLE * quad);
    }
  }

  private static void floatTable(float[] x, int col, float[] floats, int at) {
    for (int i = 0; i < 9; i++) {
      float first = (i % 3 - 1) * x[col] + (i / 3 - 1) * x[col + 1];
      for (int j = 0; j < 9; j++) {
        float second = (j % 3 - 1) * x[col + 2] + (j / 3 - 1) * x[col + 3];
        floats[at + i % 3 + i / 3 * 4 + j % 3 * 16 + j / 3 * 64] = first + second;
      }
    }
  }

  @Override
  public void addFloats(int tile, int units, int firstUnit, int someUnits, float[] to, int at) {
    int code = (tile * units + firstUnit) * Codes.UNIT_BYTES;
    for (int lane = 0; lane < TILE_ROWS; lane += 4) {
      addFloats(
          codes, code + lane, 2 * someUnits, floats, 2 * firstUnit * TABLE, to, at + lane / 4);
    }
  }

  private static void addFloats(
      byte[] codes, int code, int quads, float[] floats, int table, float[] to, int row) {
    float a = to[row];
    float b = to[row + 4];
    float c = to[row + 8];
    float d = to[row + 12];
    for (int quad = 0; quad < quads; quad++) {
      a += floats[table + (codes[code] & 0xff)];
      b += floats[table + (codes[code + 1] & 0xff)];
      c += floats[table + (codes[code + 2] & 0xff)];
      d += floats[table + (codes[code + 3] & 0xff)];
      code += TILE_ROWS;
      table += TABLE;
    }
    to[row] = a;
    to[row + 4] = b;
    to[row + 8] = c;
    to[row + 12] = d;
  }
}
