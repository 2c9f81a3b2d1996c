package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R10;
import static dev.ternary.foreign.asm.Gpr.R11;
import static dev.ternary.foreign.asm.Gpr.R12;
import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.R9;
import static dev.ternary.foreign.asm.Gpr.RBX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;
import static dev.ternary.foreign.asm.Vec.xmm;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Shuffles int8 tokens in place to the order of {@link PanelLayout} and stores the negated sum of
 * each group, with which an accumulator starts: weights are coded {@code w + 1}, and {@code sum((w
 * + 1) x) - sum(x) = sum(w x)}. AVX2, and AVX-512 VBMI for blocks of 20 columns, of which 32 are
 * read: there is memory behind the last token, that of the sums.
 */
final class TokenPreparation {

  private final WeightCode code;

  /** What a block is read into. */
  private final Vec columns;

  /** The order of a block, 1 for each of its columns, and -1 for each pair of columns. */
  private final MemorySegment constants;

  private final GeneratedFunction function;

  TokenPreparation(WeightCode code) {
    this.code = code;
    columns = new Vec(4, code == WeightCode.TWO_BIT ? 16 : 32);
    constants = constants();
    function = GeneratedFunction.of(this::generate);
  }

  /** Prepares the tokens that {@code parameters} describes. */
  void run(MemorySegment parameters, MemorySegment work) {
    function.call(parameters, constants, work, MemorySegment.NULL);
  }

  @SuppressWarnings("MustBeClosedChecker") // constants live as long as the code
  private MemorySegment constants() {
    int bytes = columns.bytes();
    // Global: used by code that is never freed.
    MemorySegment constants = Arena.global().allocate(3L * bytes, bytes);
    for (int i = 0; i < bytes; i++) {
      int field = i / PanelLayout.ROW_BYTES;
      boolean isColumn = i < code.blockCols();
      int from = isColumn ? i % PanelLayout.ROW_BYTES * code.byteCols() + field : i;
      constants.set(JAVA_BYTE, i, (byte) from);
      constants.set(JAVA_BYTE, (long) bytes + i, (byte) (isColumn ? 1 : 0));
      constants.set(JAVA_BYTE, 2L * bytes + i, (byte) -1);
    }
    return constants;
  }

  private void generate(Assembler a) {
    int bytes = columns.bytes();
    Vec order = new Vec(0, bytes);
    Vec ones = new Vec(1, bytes);
    Vec minusOnes = new Vec(2, bytes);
    Vec sum = new Vec(3, bytes);
    a.vmovups(order, Mem.at(RSI));
    a.vmovups(ones, Mem.at(RSI, bytes));
    a.vmovups(minusOnes, Mem.at(RSI, 2 * bytes));
    a.mov(R8, RDX);
    a.add(R8, Parameters.X.in(RDI));
    a.mov(R9, RDX);
    a.add(R9, Parameters.SUMS.in(RDI));
    a.mov(R10, Parameters.TOKENS.in(RDI));
    var token = new Label();
    a.bind(token);
    a.mov(R12, R9);
    a.mov(R11, Parameters.GROUPS.in(RDI));
    var group = new Label();
    a.bind(group);
    a.vpxor(sum, sum, sum);
    a.mov(RBX, Parameters.BLOCKS.in(RDI));
    var block = new Label();
    a.bind(block);
    shuffle(a, order);
    a.vpmaddubsw(columns, ones, columns);
    a.vpmaddwd(columns, columns, minusOnes);
    a.vpaddd(sum, sum, columns);
    a.add(R8, code.blockCols());
    a.sub(RBX, 1);
    a.jump(Condition.NOT_EQUAL, block);
    storeSum(a, sum);
    a.add(R12, Parameters.SUMS_STRIDE.in(RDI));
    a.sub(R11, 1);
    a.jump(Condition.NOT_EQUAL, group);
    a.add(R9, 4);
    a.sub(R10, 1);
    a.jump(Condition.NOT_EQUAL, token);
  }

  /** Stores no more than the block, so that the next one need not wait for the bytes it reads. */
  private void shuffle(Assembler a, Vec order) {
    a.vmovups(columns, Mem.at(R8));
    if (code == WeightCode.TWO_BIT) {
      a.vpshufb(columns, columns, order);
    } else {
      a.vpermb(columns, order, columns);
      a.vextracti128(xmm(5), columns);
      a.vmovd(Mem.at(R8, 16), xmm(5));
    }
    a.vmovups(Mem.at(R8), columns.as(16));
  }

  private void storeSum(Assembler a, Vec sum) {
    Vec low = sum.as(16);
    if (sum.bytes() > 16) {
      a.vextracti128(xmm(4), sum);
      a.vpaddd(low, low, xmm(4));
    }
    a.vpshufd(xmm(4), low, 0b01_00_11_10);
    a.vpaddd(low, low, xmm(4));
    a.vpshufd(xmm(4), low, 0b10_11_00_01);
    a.vpaddd(low, low, xmm(4));
    a.vmovd(Mem.at(R12), low);
  }
}
