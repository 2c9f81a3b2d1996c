package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MainTest {

  @Test
  void withoutArgumentsItShowsTheCommands() {
    Ternary run = Ternary.run();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("quickstart", "inspect", "quantize", "run", "doctor", "Exit codes");
  }

  @Test
  void helpAndVersionAreShownOnce() {
    assertThat(Ternary.run("--help").out().split("Usage:", -1)).hasSize(2);
    assertThat(Ternary.run("--version").out().lines()).hasSize(1);
  }

  @Test
  void anUnknownCommandIsWrongUsageWithASuggestion() {
    Ternary run = Ternary.run("inspekt");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("inspekt").contains("inspect").contains("--help");
  }

  @Test
  void aMissingArgumentIsWrongUsage() {
    Ternary run = Ternary.run("quantize", "in.safetensors");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--output");
  }

  @Test
  void aGroupWithoutACommandIsWrongUsage() {
    Ternary run = Ternary.run("bench");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("Usage: ternary bench", "kernels", "arrays");
  }

  @Test
  void everyCommandExplainsItself() {
    for (String command :
        new String[] {"inspect", "convert", "quantize", "run", "doctor", "bench"}) {
      Ternary run = Ternary.run(command, "--help");
      assertThat(run.exitCode()).as(command).isZero();
      assertThat(run.out()).as(command).contains("Usage: ternary " + command);
    }
  }

  @Test
  void doctorNamesEveryKernelAndThePartsThatAreMissing() {
    Ternary run = Ternary.run("doctor");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("scalar", "vector", "PyTorch", "needs ternary-cli-pytorch, which is not there");
  }

  @Test
  void doctorFitsOnOneScreenAndSaysWhatToDo() {
    Ternary run = Ternary.run("doctor");
    assertThat(run.out().lines()).hasSizeLessThanOrEqualTo(24);
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 80);
    assertThat(run.out()).contains("Speed ", "a second on one thread", "To do ");
  }

  @Test
  void aCommandOfAMissingPartSaysWhatToAdd() {
    for (String[] args :
        new String[][] {
          {"train", "mlp", "--epochs", "3"}, {"quickstart"}, {"bench", "pytorch", "--size", "8"}
        }) {
      Ternary run = Ternary.run((Object[]) args);
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err().lines()).hasSize(1);
      assertThat(run.err()).contains("add dev.ternary:ternary-cli-pytorch to the class path");
    }
  }

  @Test
  void nothingOfPyTorchIsOnItsClassPath() {
    assertThat(
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")))
        .contains("picocli")
        .doesNotContain("djl")
        .doesNotContain("pytorch");
  }
}
