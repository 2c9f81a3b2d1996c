package dev.ternary.kernels.vector;

import java.lang.foreign.MemorySegment;

/**
 * Look-ups in tables of sums, as the vector kernels do them, in plain loops over arrays: the JIT
 * has compiled those long before vector code, and even interpreted a look-up is several products.
 * Sums of floats have the order, and so the bits, of the vector kernels.
 *
 * <p>Not for several threads; each method is small, so that it is compiled soon.
 */
interface PlainSums {

  /** Most tiles that {@link #read} takes at once. */
  int CHUNK_TILES = 8;

  /** Units of columns whose tables stay in the first-level cache while rows pass. */
  int TABLE_UNITS = VectorCpu.TRIPLES ? Codes.MAX_UNITS : 8;

  /** Takes the codes of some tiles and one block of {@code units} units. */
  void read(MemorySegment from, long at, int tiles, int units);

  /** Makes the tables of {@code units} units of activations. */
  void tables(byte[] x, int units);

  /** As {@link #tables}, of float32 activations. */
  void floatTables(float[] x, int units);

  /**
   * Adds the sums of some units to those of all rows of a tile.
   *
   * @param tile which of the tiles that were read
   * @param units units of the block
   * @param at where the rows of the tile are in {@code to}
   */
  void add(int tile, int units, int firstUnit, int someUnits, int[] to, int at);

  /** As {@link #add}, of floats. */
  void addFloats(int tile, int units, int firstUnit, int someUnits, float[] to, int at);
}
