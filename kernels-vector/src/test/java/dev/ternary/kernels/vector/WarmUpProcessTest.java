package dev.ternary.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the thread of {@link WarmUp} does to a process, from its start to its end. */
class WarmUpProcessTest {

  /** The program of the other JVM. */
  public static final class Program {
    private Program() {}

    /** Multiplies once and does what {@code args} say. */
    public static void main(String[] args) throws InterruptedException {
      var kernel = new VectorKernel();
      var w = kernel.prepare(TernaryMatrix.pack(40, 50, new byte[2000]));
      int[] sums = new int[40];
      w.matMul(Int8Matrix.of(1, 50, new byte[50]), IntMatrix.of(1, 40, sums), new Workspace());
      for (String step : args) {
        switch (step) {
          case "thread" -> System.out.println("thread " + thread());
          case "close" -> w.close();
          case "await" ->
              System.out.println("compiled " + kernel.awaitCompiled(Duration.ofSeconds(1)));
          case "end" -> {
            for (int i = 0; i < 1000 && thread(); i++) {
              Thread.sleep(20);
            }
            System.out.println("thread " + thread());
          }
          default -> throw new IllegalArgumentException(step);
        }
      }
    }

    private static boolean thread() {
      return Thread.getAllStackTraces().keySet().stream()
          .anyMatch(t -> t.getName().startsWith("ternary-"));
    }
  }

  @Test
  void theThreadEndsWithTheLastWeights() throws Exception {
    assertThat(run(List.of(), "thread", "close", "end"))
        .containsExactly("thread true", "thread false");
  }

  @Test
  void aProcessEndsWhileTheThreadIsAtWork() throws Exception {
    assertThat(run(List.of(), "thread")).containsExactly("thread true");
  }

  /** Nothing gets compiled, so products stay plain. */
  @Test
  void plainCodeStaysWhereTheJitIsSwitchedOff() throws Exception {
    assertThat(run(List.of("-Xint"), "await", "close", "end"))
        .containsExactly("compiled false", "thread false");
  }

  @Test
  void oneProcessorIsEnough() throws Exception {
    assertThat(run(List.of("-XX:ActiveProcessorCount=1"), "thread", "close", "end"))
        .containsExactly("thread true", "thread false");
  }

  private static List<String> run(List<String> options, String... steps)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.add("-D" + VectorWidth.PROPERTY + "=" + VectorCpu.BITS);
    command.add("-cp");
    command.add(
        String.join(
            System.getProperty("path.separator"),
            place(Kernels.class),
            place(VectorKernel.class),
            place(Program.class)));
    command.add(Program.class.getName());
    command.addAll(List.of(steps));
    Process java = new ProcessBuilder(command).start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String errors = new String(java.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.exitValue()).as(errors).isZero();
    return output.lines().toList();
  }

  private static String place(Class<?> type) {
    return Path.of(
            java.net.URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }
}
