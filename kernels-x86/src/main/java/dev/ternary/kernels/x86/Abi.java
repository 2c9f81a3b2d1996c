package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R12;
import static dev.ternary.foreign.asm.Gpr.R13;
import static dev.ternary.foreign.asm.Gpr.R14;
import static dev.ternary.foreign.asm.Gpr.R15;
import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.R9;
import static dev.ternary.foreign.asm.Gpr.RBP;
import static dev.ternary.foreign.asm.Gpr.RBX;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;
import static dev.ternary.foreign.asm.Gpr.RSP;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;
import java.util.Locale;

/**
 * How a generated function is entered and left. Inside, its four addresses are in rdi, rsi, rdx and
 * rcx, and every register but rsp is free, whatever the system's convention.
 */
enum Abi {
  /** Linux and macOS. */
  SYSTEM_V,
  /**
   * Windows: other argument registers; rdi, rsi and xmm6 to xmm15 belong to the caller. Untested.
   */
  WINDOWS;

  private static final Gpr[] SAVED = {RBX, RBP, R12, R13, R14, R15};
  private static final int FIRST_SAVED_XMM = 6;
  private static final int SAVED_XMMS = 10;

  /** The convention of this system. */
  static Abi current() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows")
        ? WINDOWS
        : SYSTEM_V;
  }

  void enter(Assembler a) {
    for (Gpr register : SAVED) {
      a.push(register);
    }
    if (this == WINDOWS) {
      a.push(RDI);
      a.push(RSI);
      a.sub(RSP, 16 * SAVED_XMMS);
      for (int i = 0; i < SAVED_XMMS; i++) {
        a.vmovups(Mem.at(RSP, 16 * i), Vec.xmm(FIRST_SAVED_XMM + i));
      }
      a.mov(RDI, RCX);
      a.mov(RSI, RDX);
      a.mov(RDX, R8);
      a.mov(RCX, R9);
    }
  }

  void leave(Assembler a) {
    a.vzeroupper();
    if (this == WINDOWS) {
      for (int i = 0; i < SAVED_XMMS; i++) {
        a.vmovups(Vec.xmm(FIRST_SAVED_XMM + i), Mem.at(RSP, 16 * i));
      }
      a.add(RSP, 16 * SAVED_XMMS);
      a.pop(RSI);
      a.pop(RDI);
    }
    for (int i = SAVED.length - 1; i >= 0; i--) {
      a.pop(SAVED[i]);
    }
    a.ret();
  }
}
