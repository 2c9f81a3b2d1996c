package dev.ternary.kernels.x86;

import dev.ternary.foreign.NativeAccess;
import dev.ternary.kernel.Probe;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernels.x86.CpuFeatures.Feature;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The instruction sets that there are kernels for, from the slowest to the fastest. */
enum Tier {
  /** {@code vpmaddubsw}, 256 bits. */
  AVX2("x86-avx2", 200, Functions.Isa.AVX2),
  /** {@code vpdpbusd}, 256 bits, for CPUs without AVX-512. */
  AVX_VNNI("x86-avx-vnni", 210, Functions.Isa.AVX_VNNI),
  /** {@code vpdpbusd}, 512 bits. */
  AVX512_VNNI("x86-avx512-vnni", 220, Functions.Isa.AVX512_VNNI),
  /** AMX tiles for many tokens, {@link #AVX512_VNNI} for few. */
  AMX("x86-amx", 230, Functions.Isa.AVX512_VNNI);

  private final String kernelName;
  private final int rank;
  private final Functions.Isa isa;

  Tier(String kernelName, int rank, Functions.Isa isa) {
    this.kernelName = kernelName;
    this.rank = rank;
    this.isa = isa;
  }

  private Set<Feature> needed() {
    Set<Feature> needed = EnumSet.of(Feature.AVX2, Feature.FMA);
    switch (this) {
      case AVX2 -> {}
      case AVX_VNNI -> needed.add(Feature.AVX_VNNI);
      case AVX512_VNNI, AMX ->
          needed.addAll(
              EnumSet.of(
                  Feature.AVX512F,
                  Feature.AVX512BW,
                  Feature.AVX512DQ,
                  Feature.AVX512VL,
                  Feature.AVX512_VNNI));
    }
    if (this == AMX) {
      needed.addAll(EnumSet.of(Feature.AMX_TILE, Feature.AMX_INT8));
    }
    return needed;
  }

  String kernelName() {
    return kernelName;
  }

  int rank() {
    return rank;
  }

  /** Looks at this machine, once for all calls: the functions made are kept with the kernel. */
  Probe probe() {
    return PROBES.computeIfAbsent(this, Tier::look);
  }

  private Probe look() {
    String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    if (!architecture.equals("amd64") && !architecture.equals("x86_64")) {
      return new Probe.Unusable("needs an x86-64 CPU, this is " + architecture);
    }
    try {
      requireNativeAccess();
      Set<Feature> present = CpuFeatures.read();
      CodeChoice choice = CodeChoice.of(System.getProperty(CodeChoice.PROPERTY, "auto"));
      Set<Feature> missing = new TreeSet<>(needed());
      if (this == AVX512_VNNI && choice.isAlways(WeightCode.FIVE_TRITS)) {
        missing.add(Feature.AVX512VBMI);
      }
      missing.removeAll(present);
      if (!missing.isEmpty()) {
        return new Probe.Unusable("the CPU or system lacks " + missing);
      }
      if (this == AMX && !SystemCalls.permitsTiles()) {
        return new Probe.Unusable("the system does not permit the use of AMX tiles");
      }
      X86Kernel kernel = kernel(present, choice);
      return tested(kernel).stream()
          .flatMap(tested -> SelfTest.fault(tested).stream())
          .findFirst()
          .or(() -> ConvSelfTest.fault(kernel))
          .<Probe>map(Probe.Unusable::new)
          .orElseGet(() -> new Probe.Usable(kernel));
    } catch (IllegalCallerException _) {
      return new Probe.Unusable(
          "native access is denied; start java with --enable-native-access=ALL-UNNAMED, or"
              + " =dev.ternary.kernels.x86,dev.ternary.foreign where those are modules");
    } catch (IllegalStateException | UnsupportedOperationException e) {
      return new Probe.Unusable(String.valueOf(e.getMessage()));
    }
  }

  /** Kernels of this tier that have every form of its products in small matrices. */
  private List<TernaryKernel> tested(X86Kernel kernel) {
    return this == AVX2 ? List.of(kernel, X86Kernel.withTables(kernelName())) : kernel.layouts();
  }

  /**
   * Asks for nothing but the right to ask.
   *
   * @throws IllegalCallerException if native access is denied to this module or the one below
   */
  @SuppressWarnings("restricted") // that is the question
  private static void requireNativeAccess() {
    MemorySegment _ = MemorySegment.NULL.reinterpret(0);
    NativeAccess.require();
  }

  private X86Kernel kernel(Set<Feature> present, CodeChoice choice) {
    if (this == AVX512_VNNI && present.contains(Feature.AVX512VBMI)) {
      return new X86Kernel(kernelName, choice);
    }
    Optional<AmxFunctions> amx =
        this == AMX ? Optional.of(new AmxFunctions(TileUnit.Amx::new)) : Optional.empty();
    return new X86Kernel(kernelName, isa, amx);
  }

  private static final Map<Tier, Probe> PROBES = new ConcurrentHashMap<>();
}
