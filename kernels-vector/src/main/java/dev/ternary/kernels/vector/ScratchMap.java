package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;
import static dev.ternary.kernels.vector.VectorCpu.TRIPLES;
import static dev.ternary.kernels.vector.VectorCpu.VECTOR_BYTES;

/**
 * Where things are in the scratch memory of a worker. Constants, because C2 takes checks of bounds
 * out of a loop where it knows the offset that the loop starts at.
 */
final class ScratchMap {

  /** The activations of one token and block, with zeros up to a whole unit. */
  static final long STAGING_AT = 0;

  private static final long STAGING_BYTES = TRIPLES ? 1024 : 4096;

  /** Bytes of the sums of one token and tile. */
  static final long TILE_SUM_BYTES = (long) Float.BYTES * TILE_ROWS;

  /** Tiles whose sums of one block wait in L1 before they are added to the others; even. */
  static final int PART_TILES = 16;

  /** Those sums. */
  static final long PARTS_AT = STAGING_AT + STAGING_BYTES;

  /** What codes look up in. */
  static final long OPERAND_AT = PARTS_AT + TILE_SUM_BYTES * PART_TILES;

  /** Tables that are there at once for {@link ByTokens}, of four columns each. */
  static final int TOKEN_QUADS = 8;

  /** Bytes of such a table: an index is four times two bits. */
  static final int TOKEN_TABLE_BYTES = 256 * VECTOR_BYTES;

  /** Behind these tables, the columns that they are made of. */
  static final long COLUMNS_AT = OPERAND_AT + (long) TOKEN_QUADS * TOKEN_TABLE_BYTES;

  /** All other operands are smaller. */
  private static final long OPERAND_BYTES =
      TRIPLES
          ? Codes.MAX_UNITS * LookUp.FLOAT_UNIT_BYTES
          : (long) TOKEN_QUADS * (TOKEN_TABLE_BYTES + 4 * VECTOR_BYTES);

  /** Sums of tokens, one after the other. */
  static final long SUMS_AT = OPERAND_AT + OPERAND_BYTES;

  private ScratchMap() {}
}
