package dev.ternary.kernels.x86;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;

/**
 * Convolution of bytes by {@code vpmaddubsw}, otherwise as {@link ConvDotCode}. Pairs of products
 * are summed in 16 bits: each is within {@code 2 * 255}, so {@link ConvRuns#MAX_WORD_STEPS} of them
 * fit; then they are added to sums of 32 bits in memory.
 */
final class ConvWordCode extends ConvCode {

  private static final int ONES = 0x0001_0001;

  private ConvWordCode(Assembler a, ConvVariant variant, int vectorBytes) {
    super(a, variant, vectorBytes);
  }

  static void generate(Assembler a, ConvVariant variant, int vectorBytes) {
    new ConvWordCode(a, variant, vectorBytes).function();
  }

  private Mem stored(int token, int vector) {
    int index = token * variant.vectors() + vector;
    return Mem.at(PARAMETERS, ConvParameters.SUMS + index * vectorBytes);
  }

  private void clear() {
    for (Vec[] row : sums) {
      for (Vec sum : row) {
        a.vpxor(sum, sum, sum);
      }
    }
  }

  @Override
  void startSums() {
    if (variant.flushes()) {
      a.mov(FREE, ConvParameters.ROW_DATA.in(PARAMETERS));
      for (int v = 0; v < variant.vectors(); v++) {
        a.vmovups(sums[0][v], rows(FREE, ConvRows.STARTS, v));
        for (int token = 0; token < variant.tokens(); token++) {
          a.vmovups(stored(token, v), sums[0][v]);
        }
      }
    }
    clear();
  }

  @Override
  void step(int step) {
    try (var w = registers.borrow(variant.vectors());
        var x = registers.borrow(1);
        var products = registers.borrow(Math.min(registers.free(), 2))) {
      for (int v = 0; v < variant.vectors(); v++) {
        a.vmovups(w.vec(v), weights(step, v));
      }
      int next = 0;
      for (int token = 0; token < variant.tokens(); token++) {
        a.vpbroadcastd(x.vec(0), x(token, step));
        for (int v = 0; v < variant.vectors(); v++) {
          Vec product = products.vec(next++ % products.count());
          a.vpmaddubsw(product, x.vec(0), w.vec(v));
          a.vpaddw(sums[token][v], sums[token][v], product);
        }
      }
    }
  }

  @Override
  void endRun(Gpr run) {
    if (!variant.flushes()) {
      return;
    }
    var on = new Label();
    a.mov(FREE, Mem.at(run, ConvRuns.FLUSH));
    a.cmp(FREE, 0);
    a.jump(Condition.EQUAL, on);
    widen();
    for (int token = 0; token < variant.tokens(); token++) {
      for (int v = 0; v < variant.vectors(); v++) {
        a.vpaddd(sums[token][v], sums[token][v], stored(token, v));
        a.vmovups(stored(token, v), sums[token][v]);
      }
    }
    clear();
    a.bind(on);
  }

  /** Adds up the pairs of words. */
  private void widen() {
    try (var ones = registers.borrow(1)) {
      a.mov32(FREE, ONES);
      a.mov32(ConvParameters.COUNT.in(PARAMETERS), FREE);
      a.vpbroadcastd(ones.vec(0), ConvParameters.COUNT.in(PARAMETERS));
      for (Vec[] row : sums) {
        for (Vec sum : row) {
          a.vpmaddwd(sum, sum, ones.vec(0));
        }
      }
    }
  }

  @Override
  void finishSums() {
    widen();
    a.mov(FREE, ConvParameters.ROW_DATA.in(PARAMETERS));
    for (int token = 0; token < variant.tokens(); token++) {
      for (int v = 0; v < variant.vectors(); v++) {
        Vec sum = sums[token][v];
        Mem before = variant.flushes() ? stored(token, v) : rows(FREE, ConvRows.STARTS, v);
        a.vpaddd(sum, sum, before);
        a.vcvtdq2ps(sum, sum);
        a.vmulps(sum, sum, rows(FREE, ConvRows.SCALES, v));
      }
    }
  }
}
