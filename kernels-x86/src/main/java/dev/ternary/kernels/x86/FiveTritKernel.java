package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Vec;

/**
 * Products of panels of {@link WeightCode#FIVE_TRITS} with a few tokens, on AVX-512 VNNI and VBMI.
 * Decoded once for all tokens of a function.
 */
final class FiveTritKernel extends DotKernel {

  private final Vec limit;
  private final FiveTritDecoder decoder;

  private FiveTritKernel(Assembler a, Shape shape, int maskCount) {
    super(a, shape, maskCount, maskCount);
    limit = maskCount == FIELDS ? masks[FIELDS - 1] : registers.take(1)[0];
    decoder = new FiveTritDecoder(a, FREE, limit);
  }

  /**
   * Writes a function.
   *
   * @param maskCount fields that are not shifted down: 1, 2 or 4
   */
  static void generate(Assembler a, Shape shape, int maskCount) {
    new FiveTritKernel(a, shape, maskCount).function();
  }

  /** The best of 4 to 16 KiB: 95 % of the rate of a plain read; 4, 8 and 12 KiB gave 92 %. */
  @Override
  int prefetchBytes() {
    return 6144;
  }

  @Override
  int blockCols() {
    return WeightCode.FIVE_TRITS.blockCols();
  }

  @Override
  void loadConstants() {
    super.loadConstants();
    spread(limit, FiveTritDecoder.LIMIT);
  }

  @Override
  void startBlocks() {
    a.mov(FREE, Parameters.TABLES.in(PARAMETERS));
  }

  @Override
  void block() {
    if (shape.tokens() == 1) {
      vectorByVector();
    } else {
      fieldByField();
    }
  }

  /** All activations of a block in registers, one vector of weights at a time. */
  private void vectorByVector() {
    try (var x = registers.borrow(FIELDS + 1);
        var scratch = registers.borrow(3)) {
      Vec w = scratch.vec(0);
      Vec four = scratch.vec(1);
      Vec code = scratch.vec(2);
      for (int field = 0; field <= FIELDS; field++) {
        a.vpbroadcastd(x.vec(field), activations(0, field));
      }
      for (int v = 0; v < shape.vectors(); v++) {
        a.vmovups(w, weights(v));
        decoder.compare(w);
        decoder.four(four, w);
        decoder.fifth(code, w, masks.length - 1, masks[masks.length - 1]);
        a.vpdpbusd(sums[masks.length - 1][0][v], code, x.vec(FIELDS));
        for (int field = 0; field < FIELDS; field++) {
          decode(code, four, field);
          a.vpdpbusd(sums[field % masks.length][0][v], code, x.vec(field));
        }
      }
    }
  }

  /** As many vectors of weights as have registers, one field of activations at a time. */
  private void fieldByField() {
    int most = (registers.free() - 2) / 2;
    for (int from = 0; from < shape.vectors(); ) {
      int left = shape.vectors() - from;
      // Two and two rather than three and one.
      int count = left <= most ? left : Math.min(most, Math.ceilDiv(left, 2));
      fieldByField(from, count);
      from += count;
    }
  }

  private void fieldByField(int from, int count) {
    int last = masks.length - 1;
    try (var four = registers.borrow(count);
        var codes = registers.borrow(count);
        var scratch = registers.borrow(2)) {
      for (int i = 0; i < count; i++) {
        Vec w = scratch.vec(i % 2);
        a.vmovups(w, weights(from + i));
        decoder.compare(w);
        decoder.four(four.vec(i), w);
        decoder.fifth(codes.vec(i), w, last, masks[last]);
      }
      multiply(FIELDS, last, from, codes, scratch);
      for (int field = 0; field < FIELDS; field++) {
        for (int i = 0; i < count; i++) {
          decode(codes.vec(i), four.vec(i), field);
        }
        multiply(field, field % masks.length, from, codes, scratch);
      }
    }
  }

  /** Adds the products of one field with all tokens to an accumulator. */
  private void multiply(
      int field, int accumulator, int from, RegisterFile.Borrowed codes, RegisterFile.Borrowed x) {
    for (int token = 0; token < shape.tokens(); token++) {
      a.vpbroadcastd(x.vec(token % 2), activations(token, field));
      for (int i = 0; i < codes.count(); i++) {
        a.vpdpbusd(sums[accumulator][token][from + i], codes.vec(i), x.vec(token % 2));
      }
    }
  }

  /** One of the first four fields; shifts them on where they go back to the first mask. */
  private void decode(Vec code, Vec four, int field) {
    int mask = field % masks.length;
    if (field > 0 && mask == 0) {
      a.vpsrlw(four, four, 2 * masks.length);
    }
    a.vpand(code, four, masks[mask]);
  }
}
