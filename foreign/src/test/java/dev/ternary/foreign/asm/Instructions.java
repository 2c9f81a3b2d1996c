package dev.ternary.foreign.asm;

import static dev.ternary.foreign.asm.Mask.k;
import static dev.ternary.foreign.asm.Tile.tmm;
import static dev.ternary.foreign.asm.Vec.xmm;
import static dev.ternary.foreign.asm.Vec.ymm;
import static dev.ternary.foreign.asm.Vec.zmm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Every instruction of {@link Assembler} with many operands, as text in Intel syntax and as the
 * call that writes it.
 */
final class Instructions {

  private static final Gpr[] GPRS = {
    Gpr.RAX, Gpr.RCX, Gpr.RBX, Gpr.RSP, Gpr.RBP, Gpr.RDI, Gpr.R8, Gpr.R12, Gpr.R13, Gpr.R15
  };
  private static final int[] DISPLACEMENTS = {0, 4, 64, 127, 128, -128, -192, 4096, 8128, 8192, 65};

  private final Map<String, Consumer<Assembler>> found = new LinkedHashMap<>();

  private Instructions() {}

  /** From text to the call; the order is always the same. */
  static Map<String, Consumer<Assembler>> all() {
    var instructions = new Instructions();
    instructions.general();
    instructions.moves();
    instructions.integers();
    instructions.masked();
    instructions.floats();
    instructions.tiles();
    return instructions.found;
  }

  private void put(String text, Consumer<Assembler> call) {
    found.put(text, call);
  }

  private static List<Mem> memories() {
    var memories = new ArrayList<Mem>();
    int next = 0;
    for (Gpr base : GPRS) {
      int disp = DISPLACEMENTS[next++ % DISPLACEMENTS.length];
      memories.add(Mem.at(base, disp));
      memories.add(Mem.at(base, 0));
      for (Gpr index : new Gpr[] {Gpr.RAX, Gpr.R9, Gpr.R12}) {
        disp = DISPLACEMENTS[next++ % DISPLACEMENTS.length];
        memories.add(Mem.at(base, index, disp).scaled(1 << next % 4));
      }
    }
    for (int disp : DISPLACEMENTS) {
      memories.add(Mem.at(Gpr.RSI, disp));
    }
    return memories;
  }

  private static String dword(Gpr r) {
    String name = r.toString();
    return name.matches("r[0-9]+") ? name + "d" : "e" + name.substring(1);
  }

  private void general() {
    for (Gpr r : GPRS) {
      for (Gpr s : new Gpr[] {Gpr.RDX, Gpr.R14}) {
        put("mov " + r + "," + s, a -> a.mov(r, s));
        put("add " + s + "," + r, a -> a.add(s, r));
        put("sub " + r + "," + s, a -> a.sub(r, s));
        put("cmp " + r + "," + s, a -> a.cmp(r, s));
        put("xor " + r + "," + s, a -> a.xor(r, s));
        put("test " + r + "," + s, a -> a.test(r, s));
        put("imul " + s + "," + r, a -> a.imul(s, r));
      }
      if (r != Gpr.RAX) {
        // The assembler knows a shorter form for rax.
        for (int i : new int[] {1, 127, 128, -128, -129, 100_000}) {
          put("add " + r + "," + i, a -> a.add(r, i));
          put("sub " + r + "," + i, a -> a.sub(r, i));
          put("cmp " + r + "," + i, a -> a.cmp(r, i));
        }
      }
      put("shl " + r + ",5", a -> a.shl(r, 5));
      put("shr " + r + ",63", a -> a.shr(r, 63));
      put("movabs " + r + ",81985529216486895", a -> a.mov(r, 0x0123_4567_89ab_cdefL));
      put("movabs " + r + ",-2", a -> a.mov(r, -2L));
      put("call " + r, a -> a.call(r));
      put("jmp " + r, a -> a.jmp(r));
      put("push " + r, a -> a.push(r));
      put("pop " + r, a -> a.pop(r));
      put("mov " + dword(r) + ",50529027", a -> a.mov32(r, 0x0303_0303));
    }
    for (Mem m : memories()) {
      put("mov rdx,qword ptr " + m, a -> a.mov(Gpr.RDX, m));
      put("mov qword ptr " + m + ",r9", a -> a.mov(m, Gpr.R9));
      put("mov dword ptr " + m + ",r10d", a -> a.mov32(m, Gpr.R10));
      put("mov ecx,dword ptr " + m, a -> a.mov32(Gpr.RCX, m));
      put("movzx ecx,byte ptr " + m, a -> a.movzx(Gpr.RCX, m));
      put("movzx r11d,byte ptr " + m, a -> a.movzx(Gpr.R11, m));
      put("add r11,qword ptr " + m, a -> a.add(Gpr.R11, m));
      put("imul rbx,qword ptr " + m, a -> a.imul(Gpr.RBX, m));
      put("lea r14," + m, a -> a.lea(Gpr.R14, m));
      put("prefetcht0 byte ptr " + m, a -> a.prefetcht0(m));
    }
    put("ret", Assembler::ret);
    put("cpuid", Assembler::cpuid);
    put("xgetbv", Assembler::xgetbv);
    put("vzeroupper", Assembler::vzeroupper);
    put("tilerelease", Assembler::tilerelease);
  }

  private static String sized(Vec v, Mem m) {
    return (v.bytes() == 64 ? "zmmword" : v.bytes() == 32 ? "ymmword" : "xmmword") + " ptr " + m;
  }

  private static String spread(Vec v, Mem m) {
    return "dword ptr " + m + "{1to" + v.bytes() / 4 + "}";
  }

  private void moves() {
    for (Mem m : memories()) {
      for (Vec v : new Vec[] {zmm(3), zmm(29), ymm(1), ymm(12), xmm(9)}) {
        put("vmovups " + v + "," + sized(v, m), a -> a.vmovups(v, m));
        put("vmovups " + sized(v, m) + "," + v, a -> a.vmovups(m, v));
        put("vpbroadcastd " + v + ",dword ptr " + m, a -> a.vpbroadcastd(v, m));
        put("vbroadcastss " + v + ",dword ptr " + m, a -> a.vbroadcastss(v, m));
      }
      for (int n : new int[] {2, 11}) {
        put("vbroadcasti128 " + ymm(n) + ",xmmword ptr " + m, a -> a.vbroadcasti128(ymm(n), m));
        put("vbroadcasti32x4 " + zmm(n) + ",xmmword ptr " + m, a -> a.vbroadcasti128(zmm(n), m));
        put("vmovd dword ptr " + m + "," + xmm(n), a -> a.vmovd(m, xmm(n)));
        put("vpmovdb xmmword ptr " + m + "," + zmm(n), a -> a.vpmovdb(m, zmm(n)));
        put("vpmovqd ymmword ptr " + m + "," + zmm(n), a -> a.vpmovqd(m, zmm(n)));
      }
    }
    for (Vec v : new Vec[] {zmm(0), zmm(17), ymm(4), xmm(10)}) {
      put("vpbroadcastd " + v + "," + xmm(5), a -> a.vpbroadcastd(v, xmm(5)));
      Vec low = v.as(v.bytes() == 16 ? 32 : v.bytes());
      put("vmovups " + low + "," + low.as(low.bytes()), a -> a.vmovups(low, low));
    }
    put("vpbroadcastd zmm28,eax", a -> a.vpbroadcastd(zmm(28), Gpr.RAX));
    put("vpbroadcastd zmm3,r13d", a -> a.vpbroadcastd(zmm(3), Gpr.R13));
    put("vextracti128 xmm2,ymm13,1", a -> a.vextracti128(xmm(2), ymm(13)));
    put("vextracti64x4 ymm2,zmm13,1", a -> a.vextracti64x4(ymm(2), zmm(13)));
    put("vextracti64x4 ymm22,zmm3,1", a -> a.vextracti64x4(ymm(22), zmm(3)));
  }

  private interface Three {
    void write(Assembler a, Vec to, Vec b, Vec c);
  }

  private interface ThreeMemory {
    void write(Assembler a, Vec to, Vec b, Mem c);
  }

  private void three(String name, String evexName, Three write) {
    // The last operand stays below 8: above it the assembler may swap operands to save a byte.
    put(name + " xmm1,xmm2,xmm3", a -> write.write(a, xmm(1), xmm(2), xmm(3)));
    put(name + " ymm9,ymm2,ymm3", a -> write.write(a, ymm(9), ymm(2), ymm(3)));
    put(name + " ymm9,ymm12,ymm7", a -> write.write(a, ymm(9), ymm(12), ymm(7)));
    put(name + " ymm1,ymm12,ymm15", a -> write.write(a, ymm(1), ymm(12), ymm(15)));
    put(evexName + " zmm1,zmm2,zmm3", a -> write.write(a, zmm(1), zmm(2), zmm(3)));
    put(evexName + " zmm9,zmm17,zmm30", a -> write.write(a, zmm(9), zmm(17), zmm(30)));
    put(evexName + " zmm31,zmm8,zmm13", a -> write.write(a, zmm(31), zmm(8), zmm(13)));
    put(evexName + " zmm20,zmm31,zmm22", a -> write.write(a, zmm(20), zmm(31), zmm(22)));
  }

  private void threeMemory(String name, String evexName, ThreeMemory write) {
    for (Mem m : memories()) {
      put(name + " ymm9,ymm2," + sized(ymm(0), m), a -> write.write(a, ymm(9), ymm(2), m));
      put(evexName + " zmm9,zmm19," + sized(zmm(0), m), a -> write.write(a, zmm(9), zmm(19), m));
      put(
          evexName + " zmm25,zmm1," + spread(zmm(0), m),
          a -> write.write(a, zmm(25), zmm(1), m.spread()));
    }
  }

  /** With VEX only. */
  private void narrow(String name, Three write) {
    put(name + " ymm9,ymm2,ymm3", a -> write.write(a, ymm(9), ymm(2), ymm(3)));
    put(name + " ymm1,ymm12,ymm15", a -> write.write(a, ymm(1), ymm(12), ymm(15)));
  }

  /** For lanes that are not spread. */
  private void threeMemory(String name, ThreeMemory write) {
    for (Mem m : memories()) {
      put(name + " ymm9,ymm2," + sized(ymm(0), m), a -> write.write(a, ymm(9), ymm(2), m));
      put(name + " zmm9,zmm19," + sized(zmm(0), m), a -> write.write(a, zmm(9), zmm(19), m));
    }
  }

  private void integers() {
    three("vpand", "vpandd", Assembler::vpand);
    threeMemory("vpand", "vpandd", Assembler::vpand);
    three("vpxor", "vpxord", Assembler::vpxor);
    three("vpaddd", "vpaddd", Assembler::vpaddd);
    threeMemory("vpaddd", "vpaddd", Assembler::vpaddd);
    three("vpaddw", "vpaddw", Assembler::vpaddw);
    threeMemory("vpaddw", Assembler::vpaddw);
    three("vpsubw", "vpsubw", Assembler::vpsubw);
    three("vpunpckldq", "vpunpckldq", Assembler::vpunpckldq);
    three("vpunpckhdq", "vpunpckhdq", Assembler::vpunpckhdq);
    narrow("vpunpcklqdq", Assembler::vpunpcklqdq);
    narrow("vpunpckhqdq", Assembler::vpunpckhqdq);
    put("vperm2i128 ymm1,ymm12,ymm15,49", a -> a.vperm2i128(ymm(1), ymm(12), ymm(15), 49));
    put("vperm2i128 ymm9,ymm2,ymm3,32", a -> a.vperm2i128(ymm(9), ymm(2), ymm(3), 32));
    put("vpmovsxwd ymm12,xmm3", a -> a.vpmovsxwd(ymm(12), xmm(3)));
    put("vpmovsxwd ymm1,xmm13", a -> a.vpmovsxwd(ymm(1), xmm(13)));
    put("vpmovsxwd zmm17,ymm30", a -> a.vpmovsxwd(zmm(17), ymm(30)));
    three("vpaddb", "vpaddb", Assembler::vpaddb);
    three("vpsubb", "vpsubb", Assembler::vpsubb);
    three("vpmaxsd", "vpmaxsd", Assembler::vpmaxsd);
    three("vpmaddubsw", "vpmaddubsw", Assembler::vpmaddubsw);
    three("vpmaddwd", "vpmaddwd", Assembler::vpmaddwd);
    three("{vex} vpdpbusd", "vpdpbusd", Assembler::vpdpbusd);
    threeMemory("{vex} vpdpbusd", "vpdpbusd", Assembler::vpdpbusd);
    three("vpshufb", "vpshufb", Assembler::vpshufb);
    three("vpackssdw", "vpackssdw", Assembler::vpackssdw);
    three("vpacksswb", "vpacksswb", Assembler::vpacksswb);
    put("vpermd ymm1,ymm12,ymm3", a -> a.vpermd(ymm(1), ymm(12), ymm(3)));
    put("vpermd zmm1,zmm12,zmm23", a -> a.vpermd(zmm(1), zmm(12), zmm(23)));
    for (Vec v : new Vec[] {zmm(3), zmm(29), ymm(1), ymm(12), xmm(9)}) {
      Vec w = v.as(v.bytes());
      put("vpshufd " + v + "," + w + ",78", a -> a.vpshufd(v, w, 78));
      for (int bits : new int[] {2, 4, 28}) {
        put("vpsrlw " + v + "," + w + "," + bits, a -> a.vpsrlw(v, w, bits));
        put("vpsraw " + v + "," + w + "," + bits, a -> a.vpsraw(v, w, bits));
        put("vpsrld " + v + "," + w + "," + bits, a -> a.vpsrld(v, w, bits));
        put("vpsrad " + v + "," + w + "," + bits, a -> a.vpsrad(v, w, bits));
        put("vpslld " + v + "," + w + "," + bits, a -> a.vpslld(v, w, bits));
      }
    }
    for (Mem m : memories()) {
      put("vpsrlw zmm19," + sized(zmm(0), m) + ",6", a -> a.vpsrlw(zmm(19), m, 6));
      put("vpsrld zmm5," + sized(zmm(0), m) + ",12", a -> a.vpsrld(zmm(5), m, 12));
    }
  }

  private interface Masked {
    void write(Assembler a, Vec to, Mask where, Vec b, Vec c);
  }

  private void masked(String name, Masked write) {
    put(name + " zmm1{k1},zmm2,zmm3", a -> write.write(a, zmm(1), k(1), zmm(2), zmm(3)));
    put(name + " zmm20{k7},zmm31,zmm12", a -> write.write(a, zmm(20), k(7), zmm(31), zmm(12)));
    put(name + " ymm9{k2},ymm8,ymm30", a -> write.write(a, ymm(9), k(2), ymm(8), ymm(30)));
  }

  /** What is new with AVX-512: masks, and bytes over the whole vector. */
  private void masked() {
    masked("vpaddb", Assembler::vpaddb);
    masked("vpsubb", Assembler::vpsubb);
    masked("vpermb", Assembler::vpermb);
    for (Vec v : new Vec[] {zmm(0), zmm(29), ymm(13)}) {
      Vec w = v.as(v.bytes());
      put("vpermb " + v + "," + w + "," + w, a -> a.vpermb(v, w, w));
      put("vpmultishiftqb " + v + "," + w + "," + w, a -> a.vpmultishiftqb(v, w, w));
      put("vpcmpnltub k3," + v + "," + w, a -> a.vpcmpnltub(k(3), v, w));
    }
    put("kmovw k1,eax", a -> a.kmovw(k(1), Gpr.RAX));
    put("kmovw k6,r13d", a -> a.kmovw(k(6), Gpr.R13));
    put("vpermb zmm4,zmm21,zmm10", a -> a.vpermb(zmm(4), zmm(21), zmm(10)));
    put("vpmultishiftqb zmm4,zmm21,zmm10", a -> a.vpmultishiftqb(zmm(4), zmm(21), zmm(10)));
    put("vpcmpnltub k7,zmm21,zmm10", a -> a.vpcmpnltub(k(7), zmm(21), zmm(10)));
    for (Mem m : memories()) {
      put("vpermb zmm9,zmm19," + sized(zmm(0), m), a -> a.vpermb(zmm(9), zmm(19), m));
      put("vmovups zmm25{k5}{z}," + sized(zmm(0), m), a -> a.vmovups(zmm(25), k(5), m));
      put("vmovups " + sized(zmm(0), m) + "{k2},zmm7", a -> a.vmovups(m, k(2), zmm(7)));
      put("vpermb zmm25{k5},zmm1," + sized(zmm(0), m), a -> a.vpermb(zmm(25), k(5), zmm(1), m));
    }
  }

  private void floats() {
    three("vmulps", "vmulps", Assembler::vmulps);
    threeMemory("vmulps", "vmulps", Assembler::vmulps);
    three("vmaxps", "vmaxps", Assembler::vmaxps);
    three("vminps", "vminps", Assembler::vminps);
    for (Mem m : memories()) {
      put("vmaskmovps ymm9,ymm2," + sized(ymm(0), m), a -> a.vmaskmovps(ymm(9), ymm(2), m));
      put("vmaskmovps " + sized(ymm(0), m) + ",ymm12,ymm3", a -> a.vmaskmovps(m, ymm(12), ymm(3)));
    }
    three("vaddps", "vaddps", Assembler::vaddps);
    threeMemory("vaddps", "vaddps", Assembler::vaddps);
    three("vfmadd231ps", "vfmadd231ps", Assembler::vfmadd231ps);
    threeMemory("vfmadd231ps", "vfmadd231ps", Assembler::vfmadd231ps);
    three("vpermilps", "vpermilps", Assembler::vpermilps);
    put("vpermps ymm1,ymm12,ymm3", a -> a.vpermps(ymm(1), ymm(12), ymm(3)));
    put("vpermps zmm21,zmm12,zmm3", a -> a.vpermps(zmm(21), zmm(12), zmm(3)));
    for (Vec v : new Vec[] {zmm(3), zmm(29), ymm(1), ymm(12), xmm(9)}) {
      Vec w = v.as(v.bytes());
      put("vcvtdq2ps " + v + "," + w, a -> a.vcvtdq2ps(v, w));
      put("vcvtps2dq " + v + "," + w, a -> a.vcvtps2dq(v, w));
    }
  }

  private void tiles() {
    for (int t = 0; t < 8; t += 3) {
      Tile tile = tmm(t);
      put("tilezero " + tile, a -> a.tilezero(tile));
      put("tdpbsud " + tile + ",tmm4,tmm7", a -> a.tdpbsud(tile, tmm(4), tmm(7)));
      put("tdpbsud tmm1,tmm2," + tile, a -> a.tdpbsud(tmm(1), tmm(2), tile));
      for (Mem m : memories()) {
        if (m.hasIndex()) {
          put("tileloadd " + tile + "," + m, a -> a.tileloadd(tile, m));
          put("tilestored " + m + "," + tile, a -> a.tilestored(m, tile));
        }
      }
    }
    for (Mem m : memories()) {
      put("ldtilecfg " + m, a -> a.ldtilecfg(m));
    }
  }
}
