package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;

/**
 * What kernels on {@code vpdpbusd} have in common. A byte of weights holds 2-bit codes, its fields,
 * which are masked out and multiplied. Where there are two or four masks, the higher fields are not
 * shifted down but summed up 4, 16 or 64 times too large, each in accumulators of its own, and one
 * shift at the end of a group puts that right.
 */
abstract class DotKernel extends PanelKernel {

  /** Fields of a byte. */
  static final int FIELDS = 4;

  /** By accumulator, token and vector. */
  final Vec[][][] sums;

  /** One for each field that is not shifted down. */
  final Vec[] masks;

  DotKernel(Assembler a, Shape shape, int maskCount, int accumulators) {
    super(a, shape);
    sums = new Vec[accumulators][shape.tokens()][];
    for (Vec[][] accumulator : sums) {
      for (int token = 0; token < shape.tokens(); token++) {
        accumulator[token] = registers.take(shape.vectors());
      }
    }
    masks = registers.take(maskCount);
  }

  /** How far ahead of their use weights are asked for. */
  abstract int prefetchBytes();

  /** Columns in a block. */
  abstract int blockCols();

  /** Code before the blocks of a group; {@link #FREE} is theirs from here on. */
  void startBlocks() {}

  /**
   * Adds the products of one block, whose weights are at {@link #WEIGHTS} and activations at {@link
   * #COLUMN}.
   */
  abstract void block();

  @Override
  final boolean isInt8() {
    return true;
  }

  @Override
  void loadConstants() {
    for (int mask = 0; mask < masks.length; mask++) {
      spread(masks[mask], 0x0303_0303 << (2 * mask));
    }
  }

  @Override
  final Vec[][] group() {
    startSums();
    startBlocks();
    a.mov(BLOCKS_LEFT, Parameters.BLOCKS.in(PARAMETERS));
    var block = new Label();
    a.bind(block);
    prefetch(prefetchBytes());
    block();
    a.add(WEIGHTS, shape.rowBytes());
    a.add(COLUMN, blockCols());
    a.sub(BLOCKS_LEFT, 1);
    a.jump(Condition.NOT_EQUAL, block);
    joinSums();
    return sums[0];
  }

  private void startSums() {
    for (int token = 0; token < shape.tokens(); token++) {
      for (int i = 0; i < sums.length; i++) {
        for (Vec sum : sums[i][token]) {
          if (i == 0) {
            a.vpbroadcastd(sum, Mem.at(SUMS, 4 * token));
          } else {
            a.vpxor(sum, sum, sum);
          }
        }
      }
    }
  }

  /** The weights of a vector. */
  final Mem weights(int vector) {
    return Mem.at(WEIGHTS, vector * shape.vectorBytes());
  }

  /** The activations that a field of the weights is multiplied with. */
  static Mem activations(int token, int field) {
    return Mem.at(X[token], COLUMN, PanelLayout.ROW_BYTES * field);
  }

  /** Adds up the accumulators of a result. */
  private void joinSums() {
    for (int token = 0; token < shape.tokens(); token++) {
      for (int v = 0; v < shape.vectors(); v++) {
        for (int i = sums.length - 1; i >= masks.length; i--) {
          Vec same = sums[i - masks.length][token][v];
          a.vpaddd(same, same, sums[i][token][v]);
        }
        // From the highest field down: ((s3 >> 2) + s2 >> 2) + ..., each shift exact.
        for (int mask = masks.length - 1; mask > 0; mask--) {
          Vec sum = sums[mask][token][v];
          a.vpsrad(sum, sum, 2);
          a.vpaddd(sums[mask - 1][token][v], sums[mask - 1][token][v], sum);
        }
      }
    }
  }
}
