package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R14;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;
import java.util.function.BiConsumer;

/**
 * Products of panels of one tile with one to four tokens by {@code vpmaddubsw}, whose pairs of
 * products are summed in 16 bits and flushed to 32 before they could overflow.
 *
 * <p>One token: even fields as they are, odd ones 4 times too large, each in words of its own. A
 * pair is then within {@code 2 * 8 * [-128, 127]}, and 16 pairs (2 a block) within {@code [-32768,
 * 32512]}. More tokens: all fields shifted down, a pair is within {@code 2 * 2 * [-128, 127]}, and
 * 60 pairs (4 a block) within {@code [-30720, 30480]}. The 32-bit sums of more than two tokens have
 * no registers and stand where the results go.
 */
final class Avx2Kernel extends PanelKernel {

  private static final int FIELDS = 4;

  private static final int PREFETCH_BYTES = 4096;

  /** Blocks of the group that no chunk has yet. */
  private static final Gpr UNSTARTED = R14;

  /** 16-bit sums by token, mask and vector. */
  private final Vec[][][] words;

  /** 32-bit sums by token and vector; once all are added up, where they stood in memory. */
  private final Vec[][] sums;

  private final Vec[] masks;
  private final Vec ones;

  private Avx2Kernel(Assembler a, Shape shape) {
    super(a, shape);
    int maskCount = shape.tokens() == 1 ? 2 : 1;
    words = new Vec[shape.tokens()][maskCount][];
    sums = new Vec[shape.tokens()][];
    for (int token = 0; token < shape.tokens(); token++) {
      for (int m = 0; m < maskCount; m++) {
        words[token][m] = registers.take(shape.vectors());
      }
      sums[token] = storesSums() ? words[token][0] : registers.take(shape.vectors());
    }
    masks = registers.take(maskCount);
    ones = registers.take(1)[0];
  }

  /** The most tokens that have enough registers. */
  static int maxTokens(Output output) {
    return output.grouped() ? 1 : 4;
  }

  private boolean storesSums() {
    return shape.tokens() > 2;
  }

  static void generate(Assembler a, Shape shape) {
    new Avx2Kernel(a, shape).function();
  }

  @Override
  boolean isInt8() {
    return true;
  }

  private int blocksBeforeFlush() {
    return masks.length == 2 ? 8 : 15;
  }

  @Override
  void loadConstants() {
    for (int m = 0; m < masks.length; m++) {
      spread(masks[m], 0x0303_0303 << (2 * m));
    }
    spread(ones, 0x0001_0001);
  }

  @Override
  Vec[][] group() {
    startSums();
    a.mov(UNSTARTED, Parameters.BLOCKS.in(PARAMETERS));
    var chunk = new Label();
    var part = new Label();
    a.bind(chunk);
    a.mov32(BLOCKS_LEFT, blocksBeforeFlush());
    a.cmp(UNSTARTED, BLOCKS_LEFT);
    a.jump(Condition.ABOVE_OR_EQUAL, part);
    a.mov(BLOCKS_LEFT, UNSTARTED);
    a.bind(part);
    a.sub(UNSTARTED, BLOCKS_LEFT);
    var block = new Label();
    a.bind(block);
    prefetch(PREFETCH_BYTES);
    if (masks.length == 1) {
      shiftedBlock();
    } else {
      maskedBlock();
    }
    a.add(WEIGHTS, shape.rowBytes());
    a.add(COLUMN, WeightCode.TWO_BIT.blockCols());
    a.sub(BLOCKS_LEFT, 1);
    a.jump(Condition.NOT_EQUAL, block);
    flush();
    a.cmp(UNSTARTED, 0);
    a.jump(Condition.NOT_EQUAL, chunk);
    if (storesSums()) {
      storedSums((sum, at) -> a.vmovups(sum, at));
    }
    return sums;
  }

  /** Visits the sums that are stored, each with the register of its words. */
  private void storedSums(BiConsumer<Vec, Mem> visit) {
    a.mov(FREE, RESULTS);
    for (int token = 0; token < shape.tokens(); token++) {
      for (int v = 0; v < shape.vectors(); v++) {
        visit.accept(words[token][0][v], Mem.at(FREE, v * shape.vectorBytes()));
      }
      a.add(FREE, Parameters.OUT_STRIDE.in(PARAMETERS));
    }
  }

  private void startSums() {
    for (int token = 0; token < shape.tokens(); token++) {
      for (int v = 0; v < shape.vectors(); v++) {
        a.vpbroadcastd(sums[token][v], Mem.at(SUMS, 4 * token));
      }
    }
    if (storesSums()) {
      storedSums((sum, at) -> a.vmovups(at, sum));
    }
    for (int token = 0; token < shape.tokens(); token++) {
      for (int v = 0; v < shape.vectors(); v++) {
        for (Vec[] word : words[token]) {
          a.vpxor(word[v], word[v], word[v]);
        }
      }
    }
  }

  private void maskedBlock() {
    try (var packed = registers.borrow(shape.vectors());
        var x = registers.borrow(1);
        var products = registers.borrow(Math.min(registers.free(), 2))) {
      for (int v = 0; v < shape.vectors(); v++) {
        a.vmovups(packed.vec(v), Mem.at(WEIGHTS, shape.vectorBytes() * v));
      }
      int next = 0;
      for (int field = 0; field < FIELDS; field++) {
        a.vpbroadcastd(x.vec(0), Mem.at(X[0], COLUMN, FIELDS * field));
        for (int v = 0; v < shape.vectors(); v++) {
          if (field == 2) {
            a.vpsrlw(packed.vec(v), packed.vec(v), 4);
          }
          Vec product = products.vec(next++ % products.count());
          a.vpand(product, packed.vec(v), masks[field % 2]);
          a.vpmaddubsw(product, product, x.vec(0));
          Vec sum = words[0][field % 2][v];
          a.vpaddw(sum, sum, product);
        }
      }
    }
  }

  private void shiftedBlock() {
    try (var codes = registers.borrow(shape.vectors());
        var x = registers.borrow(1);
        var products = registers.borrow(Math.min(registers.free(), 2))) {
      int next = 0;
      for (int field = 0; field < FIELDS; field++) {
        for (int v = 0; v < shape.vectors(); v++) {
          a.vmovups(codes.vec(v), Mem.at(WEIGHTS, shape.vectorBytes() * v));
          if (field > 0) {
            a.vpsrlw(codes.vec(v), codes.vec(v), 2 * field);
          }
          a.vpand(codes.vec(v), codes.vec(v), masks[0]);
        }
        for (int token = 0; token < shape.tokens(); token++) {
          a.vpbroadcastd(x.vec(0), Mem.at(X[token], COLUMN, FIELDS * field));
          for (int v = 0; v < shape.vectors(); v++) {
            Vec product = products.vec(next++ % products.count());
            a.vpmaddubsw(product, codes.vec(v), x.vec(0));
            a.vpaddw(words[token][0][v], words[token][0][v], product);
          }
        }
      }
    }
  }

  /** Adds the words to the 32-bit sums and clears them. */
  private void flush() {
    if (storesSums()) {
      storedSums(this::flush);
      return;
    }
    for (int token = 0; token < shape.tokens(); token++) {
      for (int v = 0; v < shape.vectors(); v++) {
        Vec low = words[token][0][v];
        if (masks.length == 2) {
          Vec high = words[token][1][v];
          a.vpsraw(high, high, 2);
          a.vpaddw(low, low, high);
          a.vpxor(high, high, high);
        }
        a.vpmaddwd(low, low, ones);
        a.vpaddd(sums[token][v], sums[token][v], low);
        a.vpxor(low, low, low);
      }
    }
  }

  private void flush(Vec words, Mem sum) {
    a.vpmaddwd(words, words, ones);
    a.vpaddd(words, words, sum);
    a.vmovups(sum, words);
    a.vpxor(words, words, words);
  }
}
