package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R14;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;
import java.util.ArrayList;
import java.util.List;

/**
 * Products with float32 tokens: a few columns of a token become a table of all they can add to a
 * row, and the codes of the weights look it up. With AVX-512 a table of 16 serves two columns
 * ({@code vpermps} looks at 4 bits), with AVX2 one of 4 serves one ({@code vpermilps}, 2 bits). The
 * order of the sum is that of the columns, over as many partial sums as hide the latency of an
 * addition. {@link Parameters#X} and {@link Parameters#X_STRIDE} count in bytes of floats.
 */
final class FloatKernel extends PanelKernel {

  /** Where the table of trits is written. */
  private static final Gpr TABLE = R14;

  private final WeightCode code;
  private final int lookedUpCols;

  /** Partial sums of one result. */
  private final int chains;

  /** By chain, token and vector. */
  private final Vec[][][] sums;

  /** The code's trit, for the first and the second column of a table. */
  private final Vec[] trits;

  /** The limit of {@link FiveTritDecoder}, where there are such weights. */
  private final Vec[] limit;

  private FloatKernel(Assembler a, Shape shape, WeightCode code) {
    super(a, shape);
    this.code = code;
    lookedUpCols = shape.vectorBytes() == 64 ? 2 : 1;
    // Eight additions are in flight without waiting.
    chains = Math.clamp(8 / (shape.vectors() * shape.tokens()), 1, 4);
    trits = registers.take(lookedUpCols);
    limit = registers.take(code == WeightCode.FIVE_TRITS ? 1 : 0);
    sums = new Vec[chains][shape.tokens()][];
    for (Vec[][] chain : sums) {
      for (int token = 0; token < shape.tokens(); token++) {
        chain[token] = registers.take(shape.vectors());
      }
    }
  }

  /** The most tokens that have enough registers. */
  static int maxTokens(int vectorBytes, boolean grouped) {
    return (vectorBytes == 64 ? 4 : 2) / (grouped ? 2 : 1);
  }

  static void generate(Assembler a, Shape shape, WeightCode code) {
    new FloatKernel(a, shape, code).function();
  }

  @Override
  boolean isInt8() {
    return false;
  }

  /** Writes the table of trits to the parameter block, which has room behind the parameters. */
  @Override
  void loadConstants() {
    a.lea(TABLE, Mem.at(PARAMETERS, (int) Parameters.BYTES));
    for (int col = 0; col < trits.length; col++) {
      for (int lane = 0; lane < shape.vectorBytes() / Float.BYTES; lane++) {
        int code = (lane >> (2 * col)) & 3;
        float trit = code == 3 ? 0 : code - 1;
        a.mov32(FREE, Float.floatToRawIntBits(trit));
        a.mov32(Mem.at(TABLE, Float.BYTES * lane), FREE);
      }
      a.vmovups(trits[col], Mem.at(TABLE));
    }
    for (Vec vec : limit) {
      spread(vec, FiveTritDecoder.LIMIT);
    }
  }

  @Override
  Vec[][] group() {
    for (Vec[][] chain : sums) {
      for (Vec[] row : chain) {
        for (Vec sum : row) {
          a.vpxor(sum, sum, sum);
        }
      }
    }
    a.mov(FREE, Parameters.TABLES.in(PARAMETERS));
    a.mov(BLOCKS_LEFT, Parameters.BLOCKS.in(PARAMETERS));
    var block = new Label();
    a.bind(block);
    block();
    a.add(WEIGHTS, shape.rowBytes());
    a.add(COLUMN, code.blockCols() * Float.BYTES);
    a.sub(BLOCKS_LEFT, 1);
    a.jump(Condition.NOT_EQUAL, block);
    for (int chain = 1; chain < chains; chain++) {
      for (int token = 0; token < shape.tokens(); token++) {
        for (int v = 0; v < shape.vectors(); v++) {
          a.vaddps(sums[0][token][v], sums[0][token][v], sums[chain][token][v]);
        }
      }
    }
    return sums[0];
  }

  /**
   * Where the codes of a table's columns stand.
   *
   * @param col the first column
   * @param cols how many, 1 or 2
   * @param fifth whether among the fifth trits, apart from the others
   * @param bit of a row's word that they start at
   */
  private record Step(int col, int cols, boolean fifth, int bit) {}

  private List<Step> steps() {
    var steps = new ArrayList<Step>();
    int fields = DotKernel.FIELDS;
    for (int i = 0; i < PanelLayout.ROW_BYTES; i++) {
      int col = i * code.byteCols();
      for (int field = 0; field < fields; field += lookedUpCols) {
        steps.add(new Step(col + field, lookedUpCols, false, 8 * i + 2 * field));
      }
      if (code == WeightCode.FIVE_TRITS) {
        steps.add(new Step(col + fields, 1, true, 8 * i + 6));
      }
    }
    return steps;
  }

  private void block() {
    int vectors = shape.vectors();
    int decodedVectors = code == WeightCode.FIVE_TRITS ? vectors : 0;
    try (var four = registers.borrow(decodedVectors);
        var fifth = registers.borrow(decodedVectors);
        var tables = registers.borrow(shape.tokens());
        var codes = registers.borrow(2);
        var found = registers.borrow(Math.min(registers.free(), 3))) {
      for (int v = 0; v < decodedVectors; v++) {
        decode(four.vec(v), fifth.vec(v), v, codes);
      }
      int next = 0;
      int chain = 0;
      for (Step step : steps()) {
        for (int token = 0; token < shape.tokens(); token++) {
          table(tables.vec(token), found.vec(0), token, step);
        }
        for (int v = 0; v < vectors; v++) {
          Vec code = codes.vec(v % codes.count());
          if (decodedVectors == 0) {
            shifted(code, Mem.at(WEIGHTS, v * shape.vectorBytes()), step.bit());
          } else {
            a.vpsrld(code, (step.fifth() ? fifth : four).vec(v), step.bit());
          }
          for (int token = 0; token < shape.tokens(); token++) {
            Vec value = found.vec(next++ % found.count());
            if (lookedUpCols == 2) {
              a.vpermps(value, code, tables.vec(token));
            } else {
              a.vpermilps(value, tables.vec(token), code);
            }
            Vec sum = sums[chain % chains][token][v];
            a.vaddps(sum, sum, value);
          }
        }
        chain++;
      }
    }
  }

  private void decode(Vec four, Vec fifth, int vector, RegisterFile.Borrowed scratch) {
    var decoder = new FiveTritDecoder(a, FREE, limit[0]);
    Vec w = scratch.vec(0);
    a.vmovups(w, Mem.at(WEIGHTS, vector * shape.vectorBytes()));
    decoder.compare(w);
    decoder.four(four, w);
    decoder.fifth(fifth, w, DotKernel.FIELDS - 1, limit[0]);
  }

  private void table(Vec to, Vec scratch, int token, Step step) {
    a.vbroadcastss(scratch, Mem.at(X[token], COLUMN, Float.BYTES * step.col()));
    a.vmulps(to, trits[0], scratch);
    if (step.cols() == 2) {
      a.vbroadcastss(scratch, Mem.at(X[token], COLUMN, Float.BYTES * (step.col() + 1)));
      a.vfmadd231ps(to, trits[1], scratch);
    }
  }

  private void shifted(Vec to, Mem from, int bits) {
    if (bits == 0) {
      a.vmovups(to, from);
    } else if (shape.vectorBytes() == 64) {
      a.vpsrld(to, from, bits);
    } else {
      a.vmovups(to, from);
      a.vpsrld(to, to, bits);
    }
  }
}
