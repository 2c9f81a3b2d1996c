package dev.ternary.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code ./ternary} starts Java with, on the modules that this build has packaged. */
class CommandScriptTest {

  /** Maven runs tests in the folder of their module. */
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** A run of the script. */
  private record Run(int exitCode, String text) {

    boolean names(String library) {
      return text.contains(library);
    }
  }

  /** Runs the script, which shows the class path of its JVM and builds nothing. */
  private static Run run(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>(List.of(ROOT.resolve("ternary").toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("TERNARY_BUILD", "no");
    builder.environment().put("TERNARY_JAVA_OPTS", "-XshowSettings:properties");
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var run = new Run(process.waitFor(), text);
    assumeFalse(
        run.names("TERNARY_BUILD=no forbids"),
        "not packaged since the last change of a source, so there is nothing to start");
    return run;
  }

  @Test
  void commandsThatNeedNoFrameworkStartWithoutOneOnTheClassPath() throws Exception {
    for (String[] arguments :
        new String[][] {
          {"inspect", "--help"},
          {"convert", "--help"},
          {"quantize", "--help"},
          {"run", "--help"},
          {"bench", "kernels", "--help"},
          {"bench", "arrays", "--help"}
        }) {
      Run run = run(arguments);
      assertEquals(0, run.exitCode(), run.text());
      assertTrue(run.names("Usage: ternary " + arguments[0]), run.text());
      assertTrue(run.names("picocli-"), run.text());
      for (String library : List.of("/ai/djl/", "ternary-pytorch-", "ternary-cli-pytorch-")) {
        assertFalse(run.names(library), run.text());
      }
    }
  }

  @Test
  void commandsOfPyTorchStartWithItOnTheClassPath() throws Exception {
    for (String command : new String[] {"quickstart", "train"}) {
      Run run = run(command, "--help");
      assertEquals(0, run.exitCode(), run.text());
      assertTrue(run.names("Usage: ternary " + command), run.text());
      for (String library : List.of("/ai/djl/", "ternary-pytorch-", "ternary-cli-pytorch-")) {
        assertTrue(run.names(library), run.text());
      }
    }
  }

  @Test
  void convertStartsWithPyTorchForTorchScriptAlone() throws Exception {
    Path files = ROOT.resolve("formats/src/test/resources/dev/ternary/formats/pytorch");
    for (String name : new String[] {"torchscript.pt", "small.pt"}) {
      Run run = run("convert", files.resolve(name).toString(), "--help");
      assertEquals(0, run.exitCode(), run.text());
      assertEquals(name.equals("torchscript.pt"), run.names("ternary-cli-pytorch-"), run.text());
    }
  }

  @Test
  void anExitCodeComesThrough() throws Exception {
    assertEquals(1, run("inspect", "no-such-file").exitCode());
    assertEquals(2, run("inspect").exitCode());
  }
}
