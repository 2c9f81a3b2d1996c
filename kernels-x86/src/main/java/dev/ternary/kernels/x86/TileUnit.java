package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Tile;

/**
 * The AMX instructions that a kernel uses. An interface, so that tests can write the same kernel
 * with other instructions in their place and run it on CPUs without AMX.
 */
interface TileUnit {

  /** Shapes the tiles as the 64 bytes at {@code m} say: all of 16 rows of 64 bytes. */
  void configure(Mem m);

  /** {@code tile = 0}. */
  void zero(Tile tile);

  /** Loads a tile; the index of {@code from} is the distance of its rows. */
  void load(Tile to, Mem from);

  /** Stores a tile; the index of {@code to} is the distance of its rows. */
  void store(Mem to, Tile from);

  /** Adds the products of the signed bytes of {@code a} with the unsigned bytes of {@code b}. */
  void dot(Tile sum, Tile a, Tile b);

  /** Gives the tiles back. */
  void release();

  /** The instructions themselves. */
  record Amx(Assembler a) implements TileUnit {

    @Override
    public void configure(Mem m) {
      a.ldtilecfg(m);
    }

    @Override
    public void zero(Tile tile) {
      a.tilezero(tile);
    }

    @Override
    public void load(Tile to, Mem from) {
      a.tileloadd(to, from);
    }

    @Override
    public void store(Mem to, Tile from) {
      a.tilestored(to, from);
    }

    @Override
    public void dot(Tile sum, Tile first, Tile second) {
      a.tdpbsud(sum, first, second);
    }

    @Override
    public void release() {
      a.tilerelease();
    }
  }
}
