package dev.ternary.foreign.asm;

import java.util.Arrays;

/**
 * Writes machine code. A method is named after its instruction, operands in Intel order. Vector
 * instructions take the VEX form where registers and width allow it, else EVEX.
 */
public final class Assembler {

  private static final int NO_REGISTER = 0;
  private static final int NO_MASK = 0;

  /** Beside a mask: lanes without a bit become 0. */
  private static final int ZEROING = 0x80;

  private byte[] code = new byte[4096];
  private int size;

  /** Branches to labels without a position yet. */
  private int waiting;

  /**
   * A copy of the code.
   *
   * @throws IllegalStateException if a branch goes to a label that is not bound
   */
  public byte[] toByteArray() {
    if (waiting > 0) {
      throw new IllegalStateException(waiting + " branch goes to a label that is not bound");
    }
    return Arrays.copyOf(code, size);
  }

  /** Bytes written so far. */
  public int size() {
    return size;
  }

  // General registers.

  /** {@code to = from}. */
  public void mov(Gpr to, Gpr from) {
    registers(0x89, from.number(), to);
  }

  /** {@code to = [from]}. */
  public void mov(Gpr to, Mem from) {
    memory(1, 0x8b, to.number(), from);
  }

  /** {@code [to] = from}. */
  public void mov(Mem to, Gpr from) {
    memory(1, 0x89, from.number(), to);
  }

  /** {@code [to] = the low 32 bits of from}. */
  public void mov32(Mem to, Gpr from) {
    memory(0, 0x89, from.number(), to);
  }

  /** {@code to = the 32 bits at [from], zero-extended}. */
  public void mov32(Gpr to, Mem from) {
    memory(0, 0x8b, to.number(), from);
  }

  /** {@code to = the byte at [from], zero-extended}. */
  public void movzx(Gpr to, Mem from) {
    rexIfNeeded(to.number(), from);
    bytes(0x0f, 0xb6);
    operand(to.number(), from, 1);
  }

  /** {@code to = value}, zero-extended. */
  public void mov32(Gpr to, int value) {
    if (to.high() == 1) {
      bytes(0x41);
    }
    bytes(0xb8 | to.low());
    int32(value);
  }

  /** {@code to = value}, all 64 bits. */
  public void mov(Gpr to, long value) {
    bytes(0x48 | to.high(), 0xb8 | to.low());
    int32((int) value);
    int32((int) (value >> Integer.SIZE));
  }

  /** {@code to += from}. */
  public void add(Gpr to, Gpr from) {
    registers(0x01, from.number(), to);
  }

  /** {@code to += [from]}. */
  public void add(Gpr to, Mem from) {
    memory(1, 0x03, to.number(), from);
  }

  /** {@code to += value}. */
  public void add(Gpr to, int value) {
    immediate(0, to, value);
  }

  /** {@code to -= from}. */
  public void sub(Gpr to, Gpr from) {
    registers(0x29, from.number(), to);
  }

  /** {@code to -= value}. */
  public void sub(Gpr to, int value) {
    immediate(5, to, value);
  }

  /** Compares {@code a} with {@code b}. */
  public void cmp(Gpr a, Gpr b) {
    registers(0x39, b.number(), a);
  }

  /** Compares {@code a} with {@code value}. */
  public void cmp(Gpr a, int value) {
    immediate(7, a, value);
  }

  /** Compares {@code a & b} with 0. */
  public void test(Gpr a, Gpr b) {
    registers(0x85, b.number(), a);
  }

  /** {@code to ^= from}. */
  public void xor(Gpr to, Gpr from) {
    registers(0x31, from.number(), to);
  }

  /** {@code to *= from}. */
  public void imul(Gpr to, Gpr from) {
    rex(1, to.number(), 0, from.number());
    bytes(0x0f, 0xaf, direct(to.number(), from.number()));
  }

  /** {@code to *= [from]}. */
  public void imul(Gpr to, Mem from) {
    rex(1, to.number(), from);
    bytes(0x0f, 0xaf);
    operand(to.number(), from, 1);
  }

  /** {@code to <<= bits}. */
  public void shl(Gpr to, int bits) {
    registers(0xc1, 4, to);
    bytes(bits);
  }

  /** {@code to >>>= bits}. */
  public void shr(Gpr to, int bits) {
    registers(0xc1, 5, to);
    bytes(bits);
  }

  /** {@code to = address of from}. */
  public void lea(Gpr to, Mem from) {
    memory(1, 0x8d, to.number(), from);
  }

  /** Puts a register on the stack. */
  public void push(Gpr register) {
    if (register.high() == 1) {
      bytes(0x41);
    }
    bytes(0x50 | register.low());
  }

  /** Takes a register from the stack. */
  public void pop(Gpr register) {
    if (register.high() == 1) {
      bytes(0x41);
    }
    bytes(0x58 | register.low());
  }

  /** Calls the function whose address {@code target} holds. */
  public void call(Gpr target) {
    indirect(2, target);
  }

  /** Goes to the address that {@code target} holds. */
  public void jmp(Gpr target) {
    indirect(4, target);
  }

  private void indirect(int operation, Gpr target) {
    if (target.high() == 1) {
      bytes(0x41);
    }
    bytes(0xff, direct(operation, target.number()));
  }

  /** Returns to the caller. */
  public void ret() {
    bytes(0xc3);
  }

  /** Asks the CPU about itself: leaf in eax and ecx, answer in eax, ebx, ecx, edx. */
  public void cpuid() {
    bytes(0x0f, 0xa2);
  }

  /** Reads the extended control register of number ecx into edx:eax. */
  public void xgetbv() {
    bytes(0x0f, 0x01, 0xd0);
  }

  /** Asks for the cache line at {@code m} in all caches. */
  public void prefetcht0(Mem m) {
    rexIfNeeded(1, m);
    bytes(0x0f, 0x18);
    operand(1, m, 1);
  }

  // Branches.

  /** Puts {@code label} here. */
  public void bind(Label label) {
    if (label.position != Label.UNBOUND) {
      throw new IllegalStateException("a label is bound already, at " + label.position);
    }
    label.position = size;
    waiting -= label.waiting.size();
    for (int at : label.waiting) {
      int32At(at, size - (at + 4));
    }
  }

  /** Goes to {@code label}. */
  public void jmp(Label label) {
    if (shortDistance(label)) {
      bytes(0xeb, label.position - (size + 2));
    } else {
      bytes(0xe9);
      distance(label);
    }
  }

  /** Goes to {@code label} if {@code condition} holds. */
  public void jump(Condition condition, Label label) {
    if (shortDistance(label)) {
      bytes(0x70 | condition.code, label.position - (size + 2));
    } else {
      bytes(0x0f, 0x80 | condition.code);
      distance(label);
    }
  }

  private boolean shortDistance(Label label) {
    return label.position != Label.UNBOUND && label.position - (size + 2) >= Byte.MIN_VALUE;
  }

  private void distance(Label label) {
    if (label.position == Label.UNBOUND) {
      label.waiting.add(size);
      waiting++;
      int32(0);
    } else {
      int32(label.position - (size + 4));
    }
  }

  // Vector moves.

  private static final VectorOp MOVUPS_LOAD = new VectorOp(1, 0, 0x10);
  private static final VectorOp MOVUPS_STORE = new VectorOp(1, 0, 0x11);
  private static final VectorOp MASKMOVPS_LOAD = new VectorOp(2, 1, 0x2c);
  private static final VectorOp MASKMOVPS_STORE = new VectorOp(2, 1, 0x2e);
  private static final VectorOp KMOVW = new VectorOp(1, 0, 0x92);
  private static final VectorOp MOVD = new VectorOp(1, 1, 0x7e, 0, VectorOp.ELEMENT);
  private static final VectorOp BROADCASTD = new VectorOp(2, 1, 0x58, 0, VectorOp.ELEMENT);
  private static final VectorOp BROADCASTD_GPR = new VectorOp(2, 1, 0x7c);
  private static final VectorOp BROADCASTSS = new VectorOp(2, 1, 0x18, 0, VectorOp.ELEMENT);
  private static final VectorOp BROADCASTI128 = new VectorOp(2, 1, 0x5a, 0, 1);
  private static final VectorOp BROADCASTI32X4 = new VectorOp(2, 1, 0x5a, 0, 2);
  private static final VectorOp EXTRACTI128 = new VectorOp(3, 1, 0x39, 0, 1);
  private static final VectorOp EXTRACTI64X4 = new VectorOp(3, 1, 0x3b, 1, 1);
  private static final VectorOp PMOVDB = new VectorOp(2, 2, 0x31, 0, 2);
  private static final VectorOp PMOVQD = new VectorOp(2, 2, 0x35, 0, 1);

  /** {@code to = [from]}, unaligned. */
  public void vmovups(Vec to, Mem from) {
    vector(MOVUPS_LOAD, to, NO_REGISTER, from);
  }

  /** {@code [to] = from}, unaligned. */
  public void vmovups(Mem to, Vec from) {
    vector(MOVUPS_STORE, from, NO_REGISTER, to);
  }

  /** {@code to = from}. */
  public void vmovups(Vec to, Vec from) {
    vector(MOVUPS_LOAD, to, NO_REGISTER, from.number());
  }

  /** {@code to = [from]} where {@code where} has a bit, 0 elsewhere, unread (AVX-512). */
  public void vmovups(Vec to, Mask where, Mem from) {
    evex(MOVUPS_LOAD, to, ZEROING | where.number(), NO_REGISTER, from);
  }

  /** {@code [to] = from} in those 32-bit lanes that {@code where} has a bit for (AVX-512). */
  public void vmovups(Mem to, Mask where, Vec from) {
    evex(MOVUPS_STORE, from, where.number(), NO_REGISTER, to);
  }

  /**
   * {@code to = [from]} where the 32-bit lane of {@code where} is negative, 0 elsewhere, unread.
   */
  public void vmaskmovps(Vec to, Vec where, Mem from) {
    vector(MASKMOVPS_LOAD, to, where.number(), from);
  }

  /** {@code [to] = from} in those 32-bit lanes where {@code where} is negative. */
  public void vmaskmovps(Mem to, Vec where, Vec from) {
    vector(MASKMOVPS_STORE, from, where.number(), to);
  }

  /** The mask becomes the low 16 bits of {@code from} (AVX-512). */
  public void kmovw(Mask to, Gpr from) {
    vex(KMOVW, to.number(), 0, from.number(), 16);
  }

  /** {@code [to] = the lowest 32 bits of from}. */
  public void vmovd(Mem to, Vec from) {
    vector(MOVD, from, NO_REGISTER, to);
  }

  /** Every 32-bit lane of {@code to} becomes {@code [from]}. */
  public void vpbroadcastd(Vec to, Mem from) {
    vector(BROADCASTD, to, NO_REGISTER, from);
  }

  /** Every 32-bit lane of {@code to} becomes the lowest of {@code from}. */
  public void vpbroadcastd(Vec to, Vec from) {
    vector(BROADCASTD, to, NO_REGISTER, from.number());
  }

  /** Every 32-bit lane of {@code to} becomes the low half of {@code from} (AVX-512). */
  public void vpbroadcastd(Vec to, Gpr from) {
    evex(BROADCASTD_GPR, to, NO_REGISTER, from.number());
  }

  /** Every float of {@code to} becomes {@code [from]}. */
  public void vbroadcastss(Vec to, Mem from) {
    vector(BROADCASTSS, to, NO_REGISTER, from);
  }

  /** Every 128-bit lane of {@code to} becomes {@code [from]}. */
  public void vbroadcasti128(Vec to, Mem from) {
    vector(to.bytes() == 64 ? BROADCASTI32X4 : BROADCASTI128, to, NO_REGISTER, from);
  }

  /** {@code to} is the upper 128 bits of the 256-bit {@code from}. */
  public void vextracti128(Vec to, Vec from) {
    vector(EXTRACTI128, from, NO_REGISTER, to.number());
    bytes(1);
  }

  /** {@code to} is the upper 256 bits of the 512-bit {@code from}. */
  public void vextracti64x4(Vec to, Vec from) {
    vector(EXTRACTI64X4, from, NO_REGISTER, to.number());
    bytes(1);
  }

  /** {@code [to] = the lowest byte of every 32-bit lane of from} (AVX-512). */
  public void vpmovdb(Mem to, Vec from) {
    evex(PMOVDB, from, NO_REGISTER, to);
  }

  /** {@code [to] = the lower half of every 64-bit lane of from} (AVX-512). */
  public void vpmovqd(Mem to, Vec from) {
    evex(PMOVQD, from, NO_REGISTER, to);
  }

  /** Zeroes the upper parts of the vector registers, which code without AVX expects. */
  public void vzeroupper() {
    bytes(0xc5, 0xf8, 0x77);
  }

  // Vector integers.

  private static final VectorOp PAND = new VectorOp(1, 1, 0xdb);
  private static final VectorOp PXOR = new VectorOp(1, 1, 0xef);
  private static final VectorOp PADDD = new VectorOp(1, 1, 0xfe);
  private static final VectorOp PADDB = new VectorOp(1, 1, 0xfc);
  private static final VectorOp PSUBB = new VectorOp(1, 1, 0xf8);
  private static final VectorOp PADDW = new VectorOp(1, 1, 0xfd);
  private static final VectorOp PSUBW = new VectorOp(1, 1, 0xf9);
  private static final VectorOp PMOVSXWD = new VectorOp(2, 1, 0x23, 0, 1);
  private static final VectorOp PUNPCKLDQ = new VectorOp(1, 1, 0x62);
  private static final VectorOp PUNPCKHDQ = new VectorOp(1, 1, 0x6a);
  private static final VectorOp PUNPCKLQDQ = new VectorOp(1, 1, 0x6c);
  private static final VectorOp PUNPCKHQDQ = new VectorOp(1, 1, 0x6d);
  private static final VectorOp PERM2I128 = new VectorOp(3, 1, 0x46);
  private static final VectorOp PMAXSD = new VectorOp(2, 1, 0x3d);
  private static final VectorOp PMADDUBSW = new VectorOp(2, 1, 0x04);
  private static final VectorOp PMADDWD = new VectorOp(1, 1, 0xf5);
  private static final VectorOp PDPBUSD = new VectorOp(2, 1, 0x50);
  private static final VectorOp PSHUFB = new VectorOp(2, 1, 0x00);
  private static final VectorOp PERMB = new VectorOp(2, 1, 0x8d);
  private static final VectorOp PMULTISHIFTQB = new VectorOp(2, 1, 0x83, 1, 0);
  private static final VectorOp PCMPUB = new VectorOp(3, 1, 0x3e);
  private static final VectorOp PERMD = new VectorOp(2, 1, 0x36);
  private static final VectorOp PSHUFD = new VectorOp(1, 1, 0x70);
  private static final VectorOp PACKSSDW = new VectorOp(1, 1, 0x6b);
  private static final VectorOp PACKSSWB = new VectorOp(1, 1, 0x63);
  private static final VectorOp SHIFT_WORDS = new VectorOp(1, 1, 0x71);
  private static final VectorOp SHIFT_DWORDS = new VectorOp(1, 1, 0x72);

  /** {@code to = a & b}. */
  public void vpand(Vec to, Vec a, Vec b) {
    vector(PAND, to, a.number(), b.number());
  }

  /** {@code to = a & [b]}. */
  public void vpand(Vec to, Vec a, Mem b) {
    vector(PAND, to, a.number(), b);
  }

  /** {@code to = a ^ b}. */
  public void vpxor(Vec to, Vec a, Vec b) {
    vector(PXOR, to, a.number(), b.number());
  }

  /** {@code to = a + b} in 32-bit lanes. */
  public void vpaddd(Vec to, Vec a, Vec b) {
    vector(PADDD, to, a.number(), b.number());
  }

  /** {@code to = a + [b]} in 32-bit lanes. */
  public void vpaddd(Vec to, Vec a, Mem b) {
    vector(PADDD, to, a.number(), b);
  }

  /** {@code to = a + b} in bytes. */
  public void vpaddb(Vec to, Vec a, Vec b) {
    vector(PADDB, to, a.number(), b.number());
  }

  /** {@code to = a + b} in those bytes that {@code where} has a bit for (AVX-512). */
  public void vpaddb(Vec to, Mask where, Vec a, Vec b) {
    evex(PADDB, to, where.number(), a.number(), b.number());
  }

  /** {@code to = a - b} in bytes. */
  public void vpsubb(Vec to, Vec a, Vec b) {
    vector(PSUBB, to, a.number(), b.number());
  }

  /** {@code to = a - b} in those bytes that {@code where} has a bit for (AVX-512). */
  public void vpsubb(Vec to, Mask where, Vec a, Vec b) {
    evex(PSUBB, to, where.number(), a.number(), b.number());
  }

  /** {@code to} has a bit for each unsigned byte of {@code a} that is not less than that of b. */
  public void vpcmpnltub(Mask to, Vec a, Vec b) {
    evex(PCMPUB, new Vec(to.number(), a.bytes()), a.number(), b.number());
    bytes(5);
  }

  /** {@code to = a + b} in 16-bit lanes. */
  public void vpaddw(Vec to, Vec a, Vec b) {
    vector(PADDW, to, a.number(), b.number());
  }

  /** {@code to = a + [b]} in 16-bit lanes. */
  public void vpaddw(Vec to, Vec a, Mem b) {
    vector(PADDW, to, a.number(), b);
  }

  /** {@code to = a - b} in 16-bit lanes. */
  public void vpsubw(Vec to, Vec a, Vec b) {
    vector(PSUBW, to, a.number(), b.number());
  }

  /** Each 32-bit lane of {@code to} is the next 16-bit lane of {@code from}, sign-extended. */
  public void vpmovsxwd(Vec to, Vec from) {
    vector(PMOVSXWD, to, NO_REGISTER, from.number());
  }

  /** The lower 32-bit lanes of {@code a} and {@code b} in turn, within each 128-bit lane. */
  public void vpunpckldq(Vec to, Vec a, Vec b) {
    vector(PUNPCKLDQ, to, a.number(), b.number());
  }

  /** The upper 32-bit lanes of {@code a} and {@code b} in turn, within each 128-bit lane. */
  public void vpunpckhdq(Vec to, Vec a, Vec b) {
    vector(PUNPCKHDQ, to, a.number(), b.number());
  }

  /** The lower 64 bits of {@code a} and of {@code b}, within each 128-bit lane; 256 bits wide. */
  public void vpunpcklqdq(Vec to, Vec a, Vec b) {
    vex(PUNPCKLQDQ, to.number(), a.number(), b.number(), to.bytes());
  }

  /** The upper 64 bits of {@code a} and of {@code b}, within each 128-bit lane; 256 bits wide. */
  public void vpunpckhqdq(Vec to, Vec a, Vec b) {
    vex(PUNPCKHQDQ, to.number(), a.number(), b.number(), to.bytes());
  }

  /**
   * A 128-bit lane of {@code a} or {@code b} for each half of {@code to}, 256 bits wide: the bits 0
   * and 1 of {@code lanes} name the lower one, 4 and 5 the upper one, from the lower lane of a on.
   */
  public void vperm2i128(Vec to, Vec a, Vec b, int lanes) {
    vex(PERM2I128, to.number(), a.number(), b.number(), to.bytes());
    bytes(lanes);
  }

  /** {@code to = max(a, b)} in signed 32-bit lanes. */
  public void vpmaxsd(Vec to, Vec a, Vec b) {
    vector(PMAXSD, to, a.number(), b.number());
  }

  /** Unsigned bytes of {@code a} times signed ones of {@code b}; pairs added, with saturation. */
  public void vpmaddubsw(Vec to, Vec a, Vec b) {
    vector(PMADDUBSW, to, a.number(), b.number());
  }

  /** Signed 16-bit products of {@code a} and {@code b}; pairs added into 32-bit lanes. */
  public void vpmaddwd(Vec to, Vec a, Vec b) {
    vector(PMADDWD, to, a.number(), b.number());
  }

  /** Adds to each 32-bit lane four products of unsigned bytes of {@code a} and signed of b. */
  public void vpdpbusd(Vec sum, Vec a, Vec b) {
    vector(PDPBUSD, sum, a.number(), b.number());
  }

  /** Adds to each 32-bit lane four products of unsigned bytes of {@code a} and signed of [b]. */
  public void vpdpbusd(Vec sum, Vec a, Mem b) {
    vector(PDPBUSD, sum, a.number(), b);
  }

  /** Bytes of {@code a} picked by {@code indices}, within each 128-bit lane. */
  public void vpshufb(Vec to, Vec a, Vec indices) {
    vector(PSHUFB, to, a.number(), indices.number());
  }

  /** Bytes of {@code a} picked by {@code indices}, over the whole vector (AVX-512 VBMI). */
  public void vpermb(Vec to, Vec indices, Vec a) {
    evex(PERMB, to, indices.number(), a.number());
  }

  /** Bytes of {@code [a]} picked by {@code indices}, over the whole vector (AVX-512 VBMI). */
  public void vpermb(Vec to, Vec indices, Mem a) {
    evex(PERMB, to, indices.number(), a);
  }

  /** As {@link #vpermb(Vec, Vec, Vec)} in those bytes that {@code where} has a bit for. */
  public void vpermb(Vec to, Mask where, Vec indices, Vec a) {
    evex(PERMB, to, where.number(), indices.number(), a.number());
  }

  /** As {@link #vpermb(Vec, Vec, Mem)} in those bytes that {@code where} has a bit for. */
  public void vpermb(Vec to, Mask where, Vec indices, Mem a) {
    evex(PERMB, to, where.number(), indices.number(), a);
  }

  /**
   * Each byte of {@code to} is the 8 bits of its 64-bit lane of {@code a} that start at the bit
   * that its byte of {@code starts} names (AVX-512 VBMI).
   */
  public void vpmultishiftqb(Vec to, Vec starts, Vec a) {
    evex(PMULTISHIFTQB, to, starts.number(), a.number());
  }

  /** 32-bit lanes of {@code a} picked by {@code indices}, over the whole vector. */
  public void vpermd(Vec to, Vec indices, Vec a) {
    vector(PERMD, to, indices.number(), a.number());
  }

  /** 32-bit lanes of {@code a} picked by four 2-bit fields, within each 128-bit lane. */
  public void vpshufd(Vec to, Vec a, int order) {
    vector(PSHUFD, to, NO_REGISTER, a.number());
    bytes(order);
  }

  /** 32-bit lanes of {@code a} and {@code b} to 16 bits, with saturation, per 128-bit lane. */
  public void vpackssdw(Vec to, Vec a, Vec b) {
    vector(PACKSSDW, to, a.number(), b.number());
  }

  /** 16-bit lanes of {@code a} and {@code b} to 8 bits, with saturation, per 128-bit lane. */
  public void vpacksswb(Vec to, Vec a, Vec b) {
    vector(PACKSSWB, to, a.number(), b.number());
  }

  /** {@code to = a >>> bits} in 16-bit lanes. */
  public void vpsrlw(Vec to, Vec a, int bits) {
    shift(SHIFT_WORDS, 2, to, a, bits);
  }

  /** {@code to = a >> bits} in 16-bit lanes. */
  public void vpsraw(Vec to, Vec a, int bits) {
    shift(SHIFT_WORDS, 4, to, a, bits);
  }

  /** {@code to = a >>> bits} in 32-bit lanes. */
  public void vpsrld(Vec to, Vec a, int bits) {
    shift(SHIFT_DWORDS, 2, to, a, bits);
  }

  /** {@code to = a >> bits} in 32-bit lanes. */
  public void vpsrad(Vec to, Vec a, int bits) {
    shift(SHIFT_DWORDS, 4, to, a, bits);
  }

  /** {@code to = a << bits} in 32-bit lanes. */
  public void vpslld(Vec to, Vec a, int bits) {
    shift(SHIFT_DWORDS, 6, to, a, bits);
  }

  /** {@code to = [a] >>> bits} in 16-bit lanes (AVX-512). */
  public void vpsrlw(Vec to, Mem a, int bits) {
    evex(SHIFT_WORDS, new Vec(2, to.bytes()), to.number(), a);
    bytes(bits);
  }

  /** {@code to = [a] >>> bits} in 32-bit lanes (AVX-512). */
  public void vpsrld(Vec to, Mem a, int bits) {
    evex(SHIFT_DWORDS, new Vec(2, to.bytes()), to.number(), a);
    bytes(bits);
  }

  private void shift(VectorOp op, int extension, Vec to, Vec a, int bits) {
    if (isVex(to.number(), a.number(), 0, to.bytes())) {
      vex(op, extension, to.number(), a.number(), to.bytes());
    } else {
      evex(op, new Vec(extension, to.bytes()), to.number(), a.number());
    }
    bytes(bits);
  }

  // Vector floats.

  private static final VectorOp CVTDQ2PS = new VectorOp(1, 0, 0x5b);
  private static final VectorOp CVTPS2DQ = new VectorOp(1, 1, 0x5b);
  private static final VectorOp MULPS = new VectorOp(1, 0, 0x59);
  private static final VectorOp ADDPS = new VectorOp(1, 0, 0x58);
  private static final VectorOp MINPS = new VectorOp(1, 0, 0x5d);
  private static final VectorOp MAXPS = new VectorOp(1, 0, 0x5f);
  private static final VectorOp FMADD231PS = new VectorOp(2, 1, 0xb8);
  private static final VectorOp PERMPS = new VectorOp(2, 1, 0x16);
  private static final VectorOp PERMILPS = new VectorOp(2, 1, 0x0c);

  /** {@code to = (float) a}, rounded to nearest. */
  public void vcvtdq2ps(Vec to, Vec a) {
    vector(CVTDQ2PS, to, NO_REGISTER, a.number());
  }

  /** {@code to = (int) a}, rounded to nearest, ties to even. */
  public void vcvtps2dq(Vec to, Vec a) {
    vector(CVTPS2DQ, to, NO_REGISTER, a.number());
  }

  /** {@code to = a * b}. */
  public void vmulps(Vec to, Vec a, Vec b) {
    vector(MULPS, to, a.number(), b.number());
  }

  /** {@code to = a * [b]}. */
  public void vmulps(Vec to, Vec a, Mem b) {
    vector(MULPS, to, a.number(), b);
  }

  /** {@code to = a + b}. */
  public void vaddps(Vec to, Vec a, Vec b) {
    vector(ADDPS, to, a.number(), b.number());
  }

  /** {@code to = a + [b]}. */
  public void vaddps(Vec to, Vec a, Mem b) {
    vector(ADDPS, to, a.number(), b);
  }

  /** {@code to = a < b ? a : b}, so b if one is NaN or both are zero. */
  public void vminps(Vec to, Vec a, Vec b) {
    vector(MINPS, to, a.number(), b.number());
  }

  /** {@code to = a > b ? a : b}, so b if one is NaN or both are zero. */
  public void vmaxps(Vec to, Vec a, Vec b) {
    vector(MAXPS, to, a.number(), b.number());
  }

  /** {@code sum += a * b}, rounded once. */
  public void vfmadd231ps(Vec sum, Vec a, Vec b) {
    vector(FMADD231PS, sum, a.number(), b.number());
  }

  /** {@code sum += a * [b]}, rounded once. */
  public void vfmadd231ps(Vec sum, Vec a, Mem b) {
    vector(FMADD231PS, sum, a.number(), b);
  }

  /** Floats of {@code table} picked by the low bits of {@code indices}, over the whole vector. */
  public void vpermps(Vec to, Vec indices, Vec table) {
    vector(PERMPS, to, indices.number(), table.number());
  }

  /** Floats of {@code table} picked by the 2 low bits of {@code indices}, per 128-bit lane. */
  public void vpermilps(Vec to, Vec table, Vec indices) {
    vector(PERMILPS, to, table.number(), indices.number());
  }

  // AMX.

  private static final VectorOp TILE_CONFIG = new VectorOp(2, 0, 0x49);
  private static final VectorOp TILE_ZERO = new VectorOp(2, 3, 0x49);
  private static final VectorOp TILE_LOAD = new VectorOp(2, 3, 0x4b);
  private static final VectorOp TILE_STORE = new VectorOp(2, 2, 0x4b);
  private static final VectorOp TILE_DOT = new VectorOp(2, 2, 0x5e);

  /** Shapes the tiles as the 64 bytes at {@code m} say. */
  public void ldtilecfg(Mem m) {
    vexMemory(TILE_CONFIG, 0, m);
  }

  /** Gives the tiles back, so that the system need not save them. */
  public void tilerelease() {
    bytes(0xc4, 0xe2, 0x78, 0x49, 0xc0);
  }

  /** {@code tile = 0}. */
  public void tilezero(Tile tile) {
    vex(TILE_ZERO, tile.number(), 0, 0, 16);
  }

  /** Loads a tile; row {@code i} lies at the base plus {@code i} times the index. */
  public void tileloadd(Tile to, Mem from) {
    vexMemory(TILE_LOAD, to.number(), from);
  }

  /** Stores a tile; row {@code i} goes to the base plus {@code i} times the index. */
  public void tilestored(Mem to, Tile from) {
    vexMemory(TILE_STORE, from.number(), to);
  }

  /** Adds the products of the signed bytes of {@code a} with the unsigned bytes of {@code b}. */
  public void tdpbsud(Tile sum, Tile a, Tile b) {
    vex(TILE_DOT, sum.number(), b.number(), a.number(), 16);
  }

  // Encodings.

  private void vector(VectorOp op, Vec reg, int second, int rm) {
    if (isVex(reg.number(), second, rm, reg.bytes())) {
      vex(op, reg.number(), second, rm, reg.bytes());
    } else {
      evex(op, reg, second, rm);
    }
  }

  private void vector(VectorOp op, Vec reg, int second, Mem m) {
    if (isVex(reg.number(), second, 0, reg.bytes()) && !m.broadcast()) {
      vexPrefix(op, reg.number(), second, m.index().high(), m.base().high(), reg.bytes());
      bytes(op.opcode());
      operand(reg.number(), m, 1);
    } else {
      evex(op, reg, second, m);
    }
  }

  private static boolean isVex(int reg, int second, int rm, int vectorBytes) {
    return vectorBytes < 64 && reg < 16 && second < 16 && rm < 16;
  }

  private void vexMemory(VectorOp op, int reg, Mem m) {
    vexPrefix(op, reg, 0, m.index().high(), m.base().high(), 16);
    bytes(op.opcode());
    if (op.opcode() == TILE_LOAD.opcode()) {
      sibOperand(reg, m);
    } else {
      operand(reg, m, 1);
    }
  }

  private void vex(VectorOp op, int reg, int second, int rm, int vectorBytes) {
    vexPrefix(op, reg, second, 0, rm >> 3, vectorBytes);
    bytes(op.opcode(), direct(reg, rm));
  }

  private void vexPrefix(VectorOp op, int reg, int second, int x, int b, int vectorBytes) {
    int last = (op.wide() << 7) | ((~second & 15) << 3) | (vectorBytes == 32 ? 4 : 0) | op.prefix();
    int r = ((~reg >> 3) & 1) << 7;
    if (op.map() == 1 && op.wide() == 0 && x == 0 && b == 0) {
      bytes(0xc5, r | last);
    } else {
      bytes(0xc4, r | ((~x & 1) << 6) | ((~b & 1) << 5) | op.map(), last);
    }
  }

  private void evex(VectorOp op, Vec reg, int second, int rm) {
    evex(op, reg, NO_MASK, second, rm);
  }

  private void evex(VectorOp op, Vec reg, int mask, int second, int rm) {
    evexPrefix(op, reg, second, rm >> 4, rm >> 3, mask);
    bytes(op.opcode(), direct(reg.number(), rm));
  }

  private void evex(VectorOp op, Vec reg, int second, Mem m) {
    evex(op, reg, NO_MASK, second, m);
  }

  private void evex(VectorOp op, Vec reg, int mask, int second, Mem m) {
    int last = (m.broadcast() ? 0x10 : 0) | mask;
    evexPrefix(op, reg, second, m.index().high(), m.base().high(), last);
    bytes(op.opcode());
    operand(reg.number(), m, op.displacementUnit(m, reg.bytes()));
  }

  /** {@code last}: the mask and the bit for a broadcast, as they stand in the last byte. */
  private void evexPrefix(VectorOp op, Vec reg, int second, int x, int b, int last) {
    int number = reg.number();
    int length = reg.bytes() == 64 ? 2 : reg.bytes() == 32 ? 1 : 0;
    bytes(
        0x62,
        (((~number >> 3) & 1) << 7)
            | ((~x & 1) << 6)
            | ((~b & 1) << 5)
            | (((~number >> 4) & 1) << 4)
            | op.map(),
        (op.wide() << 7) | ((~second & 15) << 3) | 4 | op.prefix(),
        (length << 5) | (((~second >> 4) & 1) << 3) | last);
  }

  private void registers(int opcode, int reg, Gpr rm) {
    rex(1, reg, 0, rm.number());
    bytes(opcode, direct(reg, rm.number()));
  }

  private void immediate(int extension, Gpr to, int value) {
    boolean small = value >= Byte.MIN_VALUE && value <= Byte.MAX_VALUE;
    registers(small ? 0x83 : 0x81, extension, to);
    if (small) {
      bytes(value);
    } else {
      int32(value);
    }
  }

  private void memory(int wide, int opcode, int reg, Mem m) {
    if (wide == 1) {
      rex(1, reg, m);
    } else {
      rexIfNeeded(reg, m);
    }
    bytes(opcode);
    operand(reg, m, 1);
  }

  private void rex(int wide, int reg, Mem m) {
    rex(wide, reg, m.index().number(), m.base().number());
  }

  private void rex(int wide, int reg, int index, int rm) {
    bytes(0x40 | (wide << 3) | ((reg >> 3) << 2) | ((index >> 3) << 1) | (rm >> 3));
  }

  private void rexIfNeeded(int reg, Mem m) {
    if (reg > 7 || m.index().high() == 1 || m.base().high() == 1) {
      rex(0, reg, m);
    }
  }

  private static int direct(int reg, int rm) {
    return 0xc0 | ((reg & 7) << 3) | (rm & 7);
  }

  /** ModRM, SIB and displacement; an 8-bit displacement counts in {@code unit} bytes. */
  private void operand(int reg, Mem m, int unit) {
    if (m.hasIndex() || m.base().low() == Gpr.RSP.low()) {
      displaced(reg, m, Gpr.RSP.low(), unit);
    } else {
      displaced(reg, m, m.base().low(), unit);
    }
  }

  /** As {@link #operand}, always with a SIB byte, as tiles need it. */
  private void sibOperand(int reg, Mem m) {
    displaced(reg, m, Gpr.RSP.low(), 1);
  }

  private void displaced(int reg, Mem m, int rm, int unit) {
    int disp = m.disp();
    boolean none = disp == 0 && m.base().low() != Gpr.RBP.low();
    boolean small =
        disp % unit == 0 && disp / unit >= Byte.MIN_VALUE && disp / unit <= Byte.MAX_VALUE;
    bytes((none ? 0 : small ? 0x40 : 0x80) | ((reg & 7) << 3) | rm);
    if (rm == Gpr.RSP.low()) {
      int log = Integer.numberOfTrailingZeros(m.scale());
      bytes((log << 6) | (m.index().low() << 3) | m.base().low());
    }
    if (!none && small) {
      bytes(disp / unit);
    } else if (!none) {
      int32(disp);
    }
  }

  private void bytes(int... values) {
    if (size + values.length > code.length) {
      code = Arrays.copyOf(code, 2 * code.length);
    }
    for (int value : values) {
      code[size++] = (byte) value;
    }
  }

  private void int32(int value) {
    bytes(value, value >> 8, value >> 16, value >> 24);
  }

  private void int32At(int at, int value) {
    for (int i = 0; i < 4; i++) {
      code[at + i] = (byte) (value >> (8 * i));
    }
  }
}
