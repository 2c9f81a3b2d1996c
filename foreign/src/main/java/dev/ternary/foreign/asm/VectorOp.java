package dev.ternary.foreign.asm;

/**
 * What the encodings of a vector instruction have in common.
 *
 * @param map opcode map: 1 is 0F, 2 is 0F38, 3 is 0F3A
 * @param prefix implied prefix: 0 none, 1 is 66, 2 is F3, 3 is F2
 * @param opcode the opcode byte
 * @param wide the W bit
 * @param memoryShift the vector is this many times 2 wider than what is read or written, which
 *     scales an 8-bit displacement; -1 for a single 32-bit element
 */
record VectorOp(int map, int prefix, int opcode, int wide, int memoryShift) {

  static final int ELEMENT = -1;

  VectorOp(int map, int prefix, int opcode) {
    this(map, prefix, opcode, 0, 0);
  }

  int displacementUnit(Mem m, int vectorBytes) {
    return m.broadcast() || memoryShift == ELEMENT ? 4 : vectorBytes >> memoryShift;
  }
}
