package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Vec;

/**
 * Convolution of bytes by {@code vpdpbusd}. Activations are 128 too large, so that they are not
 * negative; what that adds to a sum is the same for every window, and sums start with its opposite.
 */
final class ConvDotCode extends ConvCode {

  private ConvDotCode(Assembler a, ConvVariant variant, int vectorBytes) {
    super(a, variant, vectorBytes);
  }

  static void generate(Assembler a, ConvVariant variant, int vectorBytes) {
    new ConvDotCode(a, variant, vectorBytes).function();
  }

  @Override
  void startSums() {
    a.mov(FREE, ConvParameters.ROW_DATA.in(PARAMETERS));
    for (int v = 0; v < variant.vectors(); v++) {
      a.vmovups(sums[0][v], rows(FREE, ConvRows.STARTS, v));
      for (int token = 1; token < variant.tokens(); token++) {
        a.vmovups(sums[token][v], sums[0][v]);
      }
    }
  }

  @Override
  void step(int step) {
    try (var w = registers.borrow(variant.vectors());
        var x = registers.borrow(Math.min(registers.free(), 4))) {
      for (int v = 0; v < variant.vectors(); v++) {
        a.vmovups(w.vec(v), weights(step, v));
      }
      for (int token = 0; token < variant.tokens(); token++) {
        Vec activations = x.vec(token % x.count());
        a.vpbroadcastd(activations, x(token, step));
        for (int v = 0; v < variant.vectors(); v++) {
          a.vpdpbusd(sums[token][v], activations, w.vec(v));
        }
      }
    }
  }

  @Override
  void finishSums() {
    a.mov(FREE, ConvParameters.ROW_DATA.in(PARAMETERS));
    for (Vec[] row : sums) {
      for (int v = 0; v < row.length; v++) {
        a.vcvtdq2ps(row[v], row[v]);
        a.vmulps(row[v], row[v], rows(FREE, ConvRows.SCALES, v));
      }
    }
  }
}
