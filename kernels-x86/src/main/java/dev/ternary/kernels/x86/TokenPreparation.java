package dev.ternary.kernels.x86;

import static dev.ternary.kernels.x86.asm.Gpr.R10;
import static dev.ternary.kernels.x86.asm.Gpr.R11;
import static dev.ternary.kernels.x86.asm.Gpr.R12;
import static dev.ternary.kernels.x86.asm.Gpr.R8;
import static dev.ternary.kernels.x86.asm.Gpr.R9;
import static dev.ternary.kernels.x86.asm.Gpr.RAX;
import static dev.ternary.kernels.x86.asm.Gpr.RBX;
import static dev.ternary.kernels.x86.asm.Gpr.RDI;
import static dev.ternary.kernels.x86.asm.Gpr.RDX;
import static dev.ternary.kernels.x86.asm.Gpr.RSI;
import static dev.ternary.kernels.x86.asm.Vec.xmm;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.kernels.x86.asm.Assembler;
import dev.ternary.kernels.x86.asm.Condition;
import dev.ternary.kernels.x86.asm.Label;
import dev.ternary.kernels.x86.asm.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Shuffles int8 tokens in place to the order of {@link PanelLayout} and stores the negated sum of
 * each group, with which an accumulator starts: weights are coded {@code w + 1}, and {@code sum((w
 * + 1) x) - sum(x) = sum(w x)}. AVX2.
 *
 * <p>Function: {@code (parameters, constants, work, unused)}.
 */
final class TokenPreparation {

  private TokenPreparation() {}

  /** The memory that the function's second argument points to. */
  @SuppressWarnings("MustBeClosedChecker") // constants live as long as the code
  static MemorySegment constants() {
    // Global: used by code that is never freed.
    MemorySegment constants = Arena.global().allocate(48, 16);
    for (int i = 0; i < 16; i++) {
      constants.set(JAVA_BYTE, i, (byte) (i / 4 + (i % 4) * 4));
      constants.set(JAVA_BYTE, 16L + i, (byte) 1);
      constants.set(JAVA_BYTE, 32L + i, (byte) -1);
    }
    return constants;
  }

  static void generate(Assembler a) {
    var order = xmm(0);
    var ones = xmm(1);
    var minusOnes = xmm(2);
    var sum = xmm(3);
    a.vmovups(order, Mem.at(RSI));
    a.vmovups(ones, Mem.at(RSI, 16));
    a.vmovups(minusOnes, Mem.at(RSI, 32));
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
    a.vmovups(xmm(4), Mem.at(R8));
    a.vpshufb(xmm(4), xmm(4), order);
    a.vmovups(Mem.at(R8), xmm(4));
    a.vpmaddubsw(xmm(4), ones, xmm(4));
    a.vpmaddwd(xmm(4), xmm(4), minusOnes);
    a.vpaddd(sum, sum, xmm(4));
    a.add(R8, PanelLayout.BLOCK_COLS);
    a.sub(RBX, 1);
    a.jump(Condition.NOT_EQUAL, block);
    a.vpshufd(xmm(4), sum, 0b01_00_11_10);
    a.vpaddd(sum, sum, xmm(4));
    a.vpshufd(xmm(4), sum, 0b10_11_00_01);
    a.vpaddd(sum, sum, xmm(4));
    a.vmovd(Mem.at(R12), sum);
    a.add(R12, Parameters.SUMS_STRIDE.in(RDI));
    a.sub(R11, 1);
    a.jump(Condition.NOT_EQUAL, group);
    a.add(R9, 4);
    a.sub(R10, 1);
    a.jump(Condition.NOT_EQUAL, token);
    a.mov(RAX, R9);
  }
}
