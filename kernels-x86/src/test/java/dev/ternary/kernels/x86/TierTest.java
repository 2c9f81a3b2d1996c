package dev.ternary.kernels.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.foreign.ExecutableMemory;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Probe;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.spi.KernelProvider;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TierTest {

  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

  @Test
  void everyTierIsFoundAsAServiceFastestFirst() {
    List<String> names = Kernels.probeAll().stream().map(Kernels.Candidate::name).toList();
    assertThat(names)
        .containsSubsequence("x86-amx", "x86-avx512-vnni", "x86-avx-vnni", "x86-avx2", "scalar");
  }

  @Test
  void aUsableKernelHasTheNameThatAsksForIt() {
    for (KernelProvider provider :
        List.of(
            new AmxKernelProvider(),
            new Avx512VnniKernelProvider(),
            new AvxVnniKernelProvider(),
            new Avx2KernelProvider())) {
      if (provider.probe() instanceof Probe.Usable(TernaryKernel kernel)) {
        assertThat(kernel.name()).isEqualTo(provider.name());
      }
    }
  }

  @Test
  void saysThatNativeAccessIsDenied() throws Exception {
    assertThat(probe(List.of("--illegal-native-access=deny"), "AVX2"))
        .isEqualTo(
            "unusable: native access is denied; start java with --enable-native-access=ALL-UNNAMED,"
                + " or =dev.ternary.kernels.x86,dev.ternary.foreign where those are modules");
  }

  @Test
  void saysThatTheCpuIsNoX86() throws Exception {
    assertThat(probe(List.of(NATIVE, "-Dos.arch=riscv64"), "AVX2"))
        .isEqualTo("unusable: needs an x86-64 CPU, this is riscv64");
  }

  @Test
  void saysWhatTheCpuLacks() throws Exception {
    assumeFalse(
        CpuFeatures.read().contains(CpuFeatures.Feature.AMX_INT8), "this CPU does not lack AMX");
    assertThat(probe(List.of(NATIVE), "AMX"))
        .startsWith("unusable: the CPU or system lacks [")
        .contains("AMX_TILE, AMX_INT8");
  }

  @Test
  void takesTheLayoutThatIsAskedForWhereTheCpuHasIt() throws Exception {
    Set<CpuFeatures.Feature> features = CpuFeatures.read();
    assumeTrue(features.contains(CpuFeatures.Feature.AVX512_VNNI), "AVX-512 VNNI is missing");
    assertThat(probe(List.of(NATIVE, "-Dternary.x86.weights=1.6bit"), "AVX512_VNNI"))
        .isEqualTo(
            features.contains(CpuFeatures.Feature.AVX512VBMI)
                ? "usable as x86-avx512-vnni"
                : "unusable: the CPU or system lacks [AVX512VBMI]");
  }

  /** The JVM's own code memory is set up before the lock, and the interpreter needs no more. */
  @Test
  void saysThatTheSystemRefusesExecutableMemory() throws Exception {
    assumeTrue(System.getProperty("os.name", "").equals("Linux"), "locking needs Linux");
    String state =
        probe(
            List.of(
                NATIVE, "-Xint", "-XX:InitialCodeCacheSize=48m", "-XX:ReservedCodeCacheSize=48m"),
            "AVX2",
            "locked");
    assumeFalse(state.equals("cannot lock"), "Linux 6.3 or later is missing");
    assertThat(state)
        .startsWith("unusable: the system refuses executable memory (errno ")
        .endsWith(")");
  }

  private static String probe(List<String> flags, String... arguments) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-cp");
    command.add(
        String.join(
            File.pathSeparator,
            location(Tier.class),
            location(ExecutableMemory.class),
            location(ProbeMain.class),
            location(Kernels.class)));
    command.add(ProbeMain.class.getName());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).start();
    String out =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    String err =
        new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(err).isZero();
    return out;
  }

  private static String location(Class<?> type) throws URISyntaxException {
    // In a test run the classes of the tests are patched into the module, so ask for a file of
    // each.
    String file = "/" + type.getName().replace('.', '/') + ".class";
    String url = String.valueOf(type.getResource(file));
    String root = url.substring(0, url.length() - file.length());
    if (root.startsWith("jar:")) {
      root = root.substring("jar:".length(), root.length() - 1);
    }
    return Path.of(new java.net.URI(root)).toString();
  }
}
