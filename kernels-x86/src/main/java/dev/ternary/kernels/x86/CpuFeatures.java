package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RBX;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;

/** Asks the CPU, by generated code, which instructions it and the system support. */
final class CpuFeatures {

  /** What the kernels ask for. A feature counts only if the system saves its registers. */
  enum Feature {
    AVX2,
    FMA,
    AVX_VNNI,
    AVX512F,
    AVX512BW,
    AVX512DQ,
    AVX512VL,
    AVX512VBMI,
    AVX512_VNNI,
    AMX_TILE,
    AMX_INT8
  }

  private static final int YMM_STATE = 0x6;
  private static final int ZMM_STATE = 0xe6;
  private static final int TILE_STATE = 0x60000;

  private CpuFeatures() {}

  /**
   * The features of this machine.
   *
   * @throws IllegalStateException if the system refuses executable memory
   * @throws IllegalCallerException if native access is denied
   */
  static Set<Feature> read() {
    GeneratedFunction cpuid = GeneratedFunction.of(CpuFeatures::cpuid);
    GeneratedFunction xgetbv = GeneratedFunction.of(CpuFeatures::xgetbv);
    try (Arena arena = Arena.ofConfined()) {
      var registers = new Registers(cpuid, arena.allocate(JAVA_INT, 4));
      int maxLeaf = registers.ask(0, 0)[0];
      int[] leaf1 = registers.ask(1, 0);
      boolean osxsave = bit(leaf1[2], 27);
      if (maxLeaf < 7 || !osxsave) {
        return Set.of();
      }
      MemorySegment state = arena.allocate(JAVA_INT);
      xgetbv.call(state, MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL);
      int[] leaf7 = registers.ask(7, 0);
      int[] leaf71 = leaf7[0] >= 1 ? registers.ask(7, 1) : new int[4];
      return decode(state.get(JAVA_INT, 0), leaf1, leaf7, leaf71);
    }
  }

  /** Intel SDM volume 2, CPUID; the state bits: volume 1, section 13.2. */
  static Set<Feature> decode(int state, int[] leaf1, int[] leaf7, int[] leaf71) {
    Set<Feature> found = EnumSet.noneOf(Feature.class);
    boolean ymm = (state & YMM_STATE) == YMM_STATE && bit(leaf1[2], 28);
    add(found, Feature.FMA, ymm && bit(leaf1[2], 12));
    add(found, Feature.AVX2, ymm && bit(leaf7[1], 5));
    add(found, Feature.AVX_VNNI, ymm && bit(leaf71[0], 4));
    boolean zmm = ymm && (state & ZMM_STATE) == ZMM_STATE;
    add(found, Feature.AVX512F, zmm && bit(leaf7[1], 16));
    add(found, Feature.AVX512DQ, zmm && bit(leaf7[1], 17));
    add(found, Feature.AVX512BW, zmm && bit(leaf7[1], 30));
    add(found, Feature.AVX512VL, zmm && bit(leaf7[1], 31));
    add(found, Feature.AVX512VBMI, zmm && bit(leaf7[2], 1));
    add(found, Feature.AVX512_VNNI, zmm && bit(leaf7[2], 11));
    boolean tiles = (state & TILE_STATE) == TILE_STATE;
    add(found, Feature.AMX_TILE, tiles && bit(leaf7[3], 24));
    add(found, Feature.AMX_INT8, tiles && bit(leaf7[3], 25));
    return found;
  }

  private static void add(Set<Feature> found, Feature feature, boolean present) {
    if (present) {
      found.add(feature);
    }
  }

  private static boolean bit(int value, int bit) {
    return ((value >>> bit) & 1) != 0;
  }

  /** {@code f(int[4] registers)}: leaf and subleaf in the first two, answer in all four. */
  private static void cpuid(Assembler a) {
    a.mov(R8, RDI);
    a.mov32(RAX, Mem.at(R8));
    a.mov32(RCX, Mem.at(R8, 4));
    a.cpuid();
    a.mov32(Mem.at(R8), RAX);
    a.mov32(Mem.at(R8, 4), RBX);
    a.mov32(Mem.at(R8, 8), RCX);
    a.mov32(Mem.at(R8, 12), RDX);
  }

  /** {@code f(int[1] state)}. */
  private static void xgetbv(Assembler a) {
    a.mov32(RCX, 0);
    a.xgetbv();
    a.mov32(Mem.at(RDI), RAX);
  }

  private record Registers(GeneratedFunction cpuid, MemorySegment memory) {
    int[] ask(int leaf, int subleaf) {
      memory.setAtIndex(JAVA_INT, 0, leaf);
      memory.setAtIndex(JAVA_INT, 1, subleaf);
      cpuid.call(memory, MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL);
      return memory.toArray(JAVA_INT);
    }
  }
}
