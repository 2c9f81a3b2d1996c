package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;

/**
 * Products of panels with a few tokens by {@code vpdpbusd}, 256 bits wide (AVX-VNNI) or 512
 * (AVX-512 VNNI). The 2-bit fields of a byte are masked out and multiplied; where there are two or
 * four accumulators a vector, the higher fields are not shifted down but summed up 4, 16 or 64
 * times too large, and one shift at the end of a group puts that right.
 */
final class VnniKernel extends DotKernel {

  private VnniKernel(Assembler a, Shape shape, int maskCount) {
    super(a, shape, maskCount, accumulators(shape, maskCount));
  }

  /** Enough that additions do not wait for each other. */
  private static int accumulators(Shape shape, int maskCount) {
    boolean spare = shape.registers() == 16 && shape.tokens() == 1 && maskCount == 2;
    return spare ? FIELDS : maskCount;
  }

  /**
   * Writes a function.
   *
   * @param maskCount fields that are not shifted down: 1, 2 or 4
   */
  static void generate(Assembler a, Shape shape, int maskCount) {
    new VnniKernel(a, shape, maskCount).function();
  }

  /**
   * This early was measured to bring 95 % of the rate of a plain read, up from 88 % without; 1 or 2
   * KiB did not help.
   */
  @Override
  int prefetchBytes() {
    return 4096;
  }

  @Override
  int blockCols() {
    return WeightCode.TWO_BIT.blockCols();
  }

  @Override
  void block() {
    if (masks.length == 1) {
      shiftedBlock();
    } else {
      maskedBlock();
    }
  }

  /** Every field shifted down: few accumulators, so many tokens. */
  private void shiftedBlock() {
    int vectors = shape.vectors();
    try (var codes = registers.borrow(vectors);
        var spread = registers.borrow(Math.min(registers.free(), shape.tokens()))) {
      int next = 0;
      for (int field = 0; field < FIELDS; field++) {
        for (int v = 0; v < vectors; v++) {
          decode(codes.vec(v), weights(v), field);
        }
        for (int token = 0; token < shape.tokens(); token++) {
          Vec x = spread.vec(next++ % spread.count());
          a.vpbroadcastd(x, activations(token, field));
          for (int v = 0; v < vectors; v++) {
            a.vpdpbusd(sums[0][token][v], codes.vec(v), x);
          }
        }
      }
    }
  }

  private void decode(Vec to, Mem from, int field) {
    if (field == 0) {
      a.vpand(to, masks[0], from);
      return;
    }
    if (shape.vectorBytes() == 64) {
      a.vpsrlw(to, from, 2 * field);
    } else {
      a.vmovups(to, from);
      a.vpsrlw(to, to, 2 * field);
    }
    a.vpand(to, to, masks[0]);
  }

  /** As many accumulators as masks: fewer shifts. */
  private void maskedBlock() {
    if (shape.registers() == 16) {
      fieldByField();
    } else {
      vectorByVector();
    }
  }

  /** All vectors of weights in registers, one field of activations at a time. */
  private void fieldByField() {
    try (var packed = registers.borrow(shape.vectors());
        var x = registers.borrow(shape.tokens());
        var codes = registers.borrow(Math.min(registers.free(), 3))) {
      for (int v = 0; v < shape.vectors(); v++) {
        a.vmovups(packed.vec(v), weights(v));
      }
      int next = 0;
      for (int field = 0; field < FIELDS; field++) {
        for (int token = 0; token < shape.tokens(); token++) {
          a.vpbroadcastd(x.vec(token), activations(token, field));
        }
        for (int v = 0; v < shape.vectors(); v++) {
          Vec code = codes.vec(next++ % codes.count());
          decode(code, packed.vec(v), field);
          for (int token = 0; token < shape.tokens(); token++) {
            a.vpdpbusd(sums[field % sums.length][token][v], code, x.vec(token));
          }
        }
      }
    }
  }

  /** All activations of a block in registers, one vector of weights at a time. */
  private void vectorByVector() {
    try (var x = registers.borrow(FIELDS * shape.tokens());
        var packed = registers.borrow(1);
        var codes = registers.borrow(Math.min(registers.free(), 3))) {
      for (int field = 0; field < FIELDS; field++) {
        for (int token = 0; token < shape.tokens(); token++) {
          a.vpbroadcastd(x.vec(FIELDS * token + field), activations(token, field));
        }
      }
      int next = 0;
      for (int v = 0; v < shape.vectors(); v++) {
        a.vmovups(packed.vec(0), weights(v));
        for (int field = 0; field < FIELDS; field++) {
          Vec code = codes.vec(next++ % codes.count());
          decode(code, packed.vec(0), field);
          for (int token = 0; token < shape.tokens(); token++) {
            a.vpdpbusd(sums[field % sums.length][token][v], code, x.vec(FIELDS * token + field));
          }
        }
      }
    }
  }

  /**
   * One field of packed weights; shifts them on where the next fields go back to the first mask.
   */
  private void decode(Vec code, Vec packed, int field) {
    int mask = field % masks.length;
    if (field > 0 && mask == 0) {
      a.vpsrlw(packed, packed, 2 * masks.length);
    }
    a.vpand(code, packed, masks[mask]);
  }
}
