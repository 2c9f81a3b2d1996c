package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R10;
import static dev.ternary.foreign.asm.Gpr.R11;
import static dev.ternary.foreign.asm.Gpr.R12;
import static dev.ternary.foreign.asm.Gpr.R13;
import static dev.ternary.foreign.asm.Gpr.R15;
import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.R9;
import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RBP;
import static dev.ternary.foreign.asm.Gpr.RBX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;
import static dev.ternary.foreign.asm.Tile.tmm;
import static dev.ternary.foreign.asm.Vec.zmm;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/**
 * Multiplies a part of the columns of one panel with many tokens on AMX tiles: decodes the weights
 * to bytes once, into memory that stays in the first-level cache, and then goes through the tokens,
 * 32 at a time, with two tiles of weights at a time. The int32 sums are kept in memory from one
 * part of the columns to the next.
 *
 * <p>Function: {@code (local, matrix, work, unused)}. The local memory starts with the parameters,
 * of which {@link Parameters#TOKENS} counts tiles of 16 tokens, {@link Parameters#BLOCKS} is a
 * multiple of 4 and at most {@link #MAX_BLOCKS}, and {@link Parameters#GROUPS} is 0 where the sums
 * start anew; then come {@link #configuration}, the decoded weights and the sums.
 */
final class AmxKernel {

  /** Blocks of columns that are decoded at once: 32 KiB for four tiles. */
  static final int MAX_BLOCKS = 32;

  /** Tokens in a tile. */
  static final int TILE_TOKENS = 16;

  /** Where the tile configuration lies in the local memory. */
  static final int CONFIGURATION_AT = (int) Parameters.BYTES;

  /** Where the decoded weights lie. */
  static final int DECODED_AT = (int) (Parameters.BYTES + Parameters.CONSTANT_BYTES);

  private static final int FIELDS = 4;
  private static final int MAX_TILES = 4;

  /** Columns of a tile, in blocks. */
  private static final int TILE_BLOCKS = 4;

  /** Where the sums start. */
  static final int SUMS_AT = DECODED_AT + MAX_BLOCKS * FIELDS * MAX_TILES * PanelLayout.BLOCK_BYTES;

  private final Assembler a;
  private final TileUnit unit;
  private final int tiles;

  private AmxKernel(Assembler a, TileUnit unit, int tiles) {
    this.a = a;
    this.unit = unit;
    this.tiles = tiles;
  }

  /** Writes the function for panels of {@code tiles} tiles. */
  static void generate(Assembler a, Function<Assembler, TileUnit> unit, int tiles) {
    new AmxKernel(a, unit.apply(a), tiles).function();
  }

  /** Writes what {@code ldtilecfg} reads: palette 1, eight tiles of 16 rows of 64 bytes. */
  static void configuration(MemorySegment local) {
    local.asSlice(CONFIGURATION_AT, 64).fill((byte) 0);
    local.set(JAVA_BYTE, CONFIGURATION_AT, (byte) 1);
    for (int tile = 0; tile < 8; tile++) {
      local.set(JAVA_SHORT, CONFIGURATION_AT + 16L + 2L * tile, (short) 64);
      local.set(JAVA_BYTE, CONFIGURATION_AT + 48L + tile, (byte) 16);
    }
  }

  private int rowBytes() {
    return tiles * PanelLayout.BLOCK_BYTES;
  }

  private void function() {
    decode();
    unit.configure(Mem.at(RDI, CONFIGURATION_AT));
    a.mov(R9, RDX);
    a.add(R9, Parameters.X.in(RDI));
    a.lea(R10, Mem.at(RDI, SUMS_AT));
    a.mov(R12, Parameters.X_STRIDE.in(RDI));
    a.mov32(R13, rowBytes());
    a.mov(RBX, Parameters.TOKENS.in(RDI));
    var pair = new Label();
    var single = new Label();
    var end = new Label();
    a.bind(pair);
    a.cmp(RBX, 2);
    a.jump(Condition.LESS, single);
    tokens(2);
    a.sub(RBX, 2);
    a.jmp(pair);
    a.bind(single);
    a.cmp(RBX, 1);
    a.jump(Condition.LESS, end);
    tokens(1);
    a.bind(end);
    unit.release();
  }

  private void decode() {
    var mask = zmm(31);
    a.mov32(RAX, 0x0303_0303);
    a.vpbroadcastd(mask, RAX);
    a.add(RSI, Parameters.WEIGHTS.in(RDI));
    a.lea(R8, Mem.at(RDI, DECODED_AT));
    a.mov(R11, Parameters.BLOCKS.in(RDI));
    var block = new Label();
    a.bind(block);
    for (int field = 0; field < FIELDS; field++) {
      for (int tile = 0; tile < tiles; tile++) {
        var codes = zmm(16 + tile);
        Mem from = Mem.at(RSI, PanelLayout.BLOCK_BYTES * tile);
        if (field == 0) {
          a.vpand(codes, mask, from);
        } else {
          a.vpsrlw(codes, from, 2 * field);
          a.vpand(codes, codes, mask);
        }
        a.vmovups(Mem.at(R8, PanelLayout.BLOCK_BYTES * (field * tiles + tile)), codes);
      }
    }
    a.add(RSI, rowBytes());
    a.add(R8, FIELDS * rowBytes());
    a.sub(R11, 1);
    a.jump(Condition.NOT_EQUAL, block);
  }

  /** Goes on by {@code count} tiles of tokens, with all tiles of weights. */
  private void tokens(int count) {
    for (int tile = 0; tile < tiles; tile += 2) {
      product(count, tile, Math.min(2, tiles - tile));
    }
    // On to the next tokens, and their sums.
    a.mov(RAX, R12);
    a.shl(RAX, 4 + count - 1);
    a.add(R9, RAX);
    a.add(R10, count * TILE_TOKENS * rowBytes());
  }

  private void product(int tokens, int firstTile, int width) {
    startSums(tokens, firstTile, width);
    a.mov(RAX, R9);
    a.mov(R15, R12);
    a.shl(R15, 4);
    a.add(R15, R9);
    a.lea(R8, Mem.at(RDI, DECODED_AT + PanelLayout.BLOCK_BYTES * firstTile));
    a.mov(R11, Parameters.BLOCKS.in(RDI));
    var step = new Label();
    a.bind(step);
    Gpr[] x = {RAX, R15};
    for (int token = 0; token < tokens; token++) {
      unit.load(tmm(4 + token), Mem.at(x[token], R12, 0));
    }
    for (int tile = 0; tile < width; tile++) {
      unit.load(tmm(6 + tile), Mem.at(R8, R13, PanelLayout.BLOCK_BYTES * tile));
    }
    for (int token = 0; token < tokens; token++) {
      for (int tile = 0; tile < width; tile++) {
        unit.dot(tmm(2 * token + tile), tmm(4 + token), tmm(6 + tile));
      }
    }
    a.add(RAX, TILE_BLOCKS * WeightCode.TWO_BIT.blockCols());
    a.add(R15, TILE_BLOCKS * WeightCode.TWO_BIT.blockCols());
    a.add(R8, TILE_BLOCKS * FIELDS * rowBytes());
    a.sub(R11, TILE_BLOCKS);
    a.jump(Condition.NOT_EQUAL, step);
    for (int token = 0; token < tokens; token++) {
      for (int tile = 0; tile < width; tile++) {
        unit.store(sums(token, firstTile + tile), tmm(2 * token + tile));
      }
    }
  }

  private void startSums(int tokens, int firstTile, int width) {
    // Where the second tile of tokens has its sums.
    a.lea(RBP, Mem.at(R10, TILE_TOKENS * rowBytes()));
    var resume = new Label();
    var ready = new Label();
    a.mov(RAX, Parameters.GROUPS.in(RDI));
    a.cmp(RAX, 0);
    a.jump(Condition.NOT_EQUAL, resume);
    for (int token = 0; token < tokens; token++) {
      for (int tile = 0; tile < width; tile++) {
        unit.zero(tmm(2 * token + tile));
      }
    }
    a.jmp(ready);
    a.bind(resume);
    for (int token = 0; token < tokens; token++) {
      for (int tile = 0; tile < width; tile++) {
        unit.load(tmm(2 * token + tile), sums(token, firstTile + tile));
      }
    }
    a.bind(ready);
  }

  private static Mem sums(int token, int tile) {
    return Mem.at(token == 0 ? R10 : RBP, R13, PanelLayout.BLOCK_BYTES * tile);
  }
}
