package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;

/**
 * Convolution of floats by fused multiply-add. Of each channel by itself, every pixel of the window
 * is a run of one step, and a step reads as many channels as a panel has.
 */
final class ConvFloatCode extends ConvCode {

  private ConvFloatCode(Assembler a, ConvVariant variant, int vectorBytes) {
    super(a, variant, vectorBytes);
  }

  static void generate(Assembler a, ConvVariant variant, int vectorBytes) {
    new ConvFloatCode(a, variant, vectorBytes).function();
  }

  @Override
  void startSums() {
    for (Vec[] row : sums) {
      for (Vec sum : row) {
        a.vpxor(sum, sum, sum);
      }
    }
  }

  @Override
  void step(int step) {
    if (variant.kind() == ConvVariant.Kind.FLOATS) {
      allChannels(step);
    } else {
      eachChannel(step);
    }
  }

  /** Each output channel with the input channel at the same place. */
  private void eachChannel(int step) {
    try (var w = registers.borrow(variant.vectors())) {
      for (int v = 0; v < variant.vectors(); v++) {
        a.vmovups(w.vec(v), weights(step, v));
      }
      for (int token = 0; token < variant.tokens(); token++) {
        for (int v = 0; v < variant.vectors(); v++) {
          Mem x = x(token, step);
          Mem channels = new Mem(x.base(), x.index(), x.scale(), x.disp() + v * vectorBytes, false);
          a.vfmadd231ps(sums[token][v], w.vec(v), channels);
        }
      }
    }
  }

  private void allChannels(int step) {
    try (var w = registers.borrow(variant.vectors());
        var x = registers.borrow(Math.min(registers.free(), 4))) {
      for (int v = 0; v < variant.vectors(); v++) {
        a.vmovups(w.vec(v), weights(step, v));
      }
      for (int token = 0; token < variant.tokens(); token++) {
        if (variant.vectors() == 1 && vectorBytes == 64) {
          a.vfmadd231ps(sums[token][0], w.vec(0), x(token, step).spread());
          continue;
        }
        Vec activation = x.vec(token % x.count());
        a.vbroadcastss(activation, x(token, step));
        for (int v = 0; v < variant.vectors(); v++) {
          a.vfmadd231ps(sums[token][v], activation, w.vec(v));
        }
      }
    }
  }

  @Override
  void finishSums() {
    a.mov(FREE, ConvParameters.ROW_DATA.in(PARAMETERS));
    for (Vec[] row : sums) {
      for (int v = 0; v < row.length; v++) {
        a.vmulps(row[v], row[v], rows(FREE, ConvRows.SCALES, v));
      }
    }
  }
}
