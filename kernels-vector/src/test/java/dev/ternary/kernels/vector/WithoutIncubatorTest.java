package dev.ternary.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.Kernels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Starts a JVM without {@code --add-modules}, as a user would who does not know of it. */
class WithoutIncubatorTest {

  /** The program of the other JVM. */
  public static final class Program {
    private Program() {}

    /** Multiplies nothing; the choice is what counts. */
    public static void main(String[] args) {
      if (!Kernels.best().name().equals("scalar")) {
        throw new IllegalStateException("chose " + Kernels.best().name());
      }
    }
  }

  @Test
  void scalarIsChosenAndOneLineNamesTheFlag() throws IOException, InterruptedException {
    String classPath =
        String.join(
            System.getProperty("path.separator"),
            place(Kernels.class),
            place(VectorKernelProvider.class),
            place(Program.class));
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%n",
                "-Duser.language=en",
                "-cp",
                classPath,
                Program.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(java.exitValue()).as(output).isZero();
    boolean x86 = List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
    assertThat(output.lines().toList())
        .isEqualTo(
            List.of(
                "WARNING ternary kernel: scalar, which is plain Java and tens of times slower than"
                    + " the others: not vector: start java with --add-modules jdk.incubator.vector"
                    + (x86
                        ? "; add ternary-kernels-x86; in a fat jar merge META-INF/services"
                        : "")));
  }

  private static String place(Class<?> type) {
    return Path.of(
            java.net.URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }
}
