package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.RSI;
import static dev.ternary.foreign.asm.Gpr.RSP;
import static dev.ternary.foreign.asm.Vec.zmm;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Tile;

/**
 * AMX instructions as sequences of AVX-512 ones, for CPUs that lack them: tiles of 16 rows of 64
 * bytes on the stack. What they do is taken from the Intel 64 SDM, volume 2. Uses rsi and zmm24 to
 * zmm26, which {@link AmxKernel} does not need where it uses tiles.
 */
record EmulatedTiles(Assembler a) implements TileUnit {

  private static final int ROWS = 16;
  private static final int ROW_BYTES = 64;
  private static final int TILE_BYTES = ROWS * ROW_BYTES;

  private static Mem row(Tile tile, int row, int at) {
    return Mem.at(RSP, tile.number() * TILE_BYTES + row * ROW_BYTES + at);
  }

  @Override
  public void configure(Mem m) {
    a.sub(RSP, 8 * TILE_BYTES);
  }

  @Override
  public void zero(Tile tile) {
    a.vpxor(zmm(24), zmm(24), zmm(24));
    for (int row = 0; row < ROWS; row++) {
      a.vmovups(row(tile, row, 0), zmm(24));
    }
  }

  @Override
  public void load(Tile to, Mem from) {
    a.mov(RSI, from.base());
    for (int row = 0; row < ROWS; row++) {
      a.vmovups(zmm(24), Mem.at(RSI, from.disp()));
      a.vmovups(row(to, row, 0), zmm(24));
      a.add(RSI, from.index());
    }
  }

  @Override
  public void store(Mem to, Tile from) {
    a.mov(RSI, to.base());
    for (int row = 0; row < ROWS; row++) {
      a.vmovups(zmm(24), row(from, row, 0));
      a.vmovups(Mem.at(RSI, to.disp()), zmm(24));
      a.add(RSI, to.index());
    }
  }

  @Override
  public void dot(Tile sum, Tile first, Tile second) {
    for (int row = 0; row < ROWS; row++) {
      a.vmovups(zmm(24), row(sum, row, 0));
      for (int quad = 0; quad < ROWS; quad++) {
        a.vpbroadcastd(zmm(25), row(first, row, 4 * quad));
        a.vmovups(zmm(26), row(second, quad, 0));
        a.vpdpbusd(zmm(24), zmm(26), zmm(25));
      }
      a.vmovups(row(sum, row, 0), zmm(24));
    }
  }

  @Override
  public void release() {
    a.add(RSP, 8 * TILE_BYTES);
  }
}
