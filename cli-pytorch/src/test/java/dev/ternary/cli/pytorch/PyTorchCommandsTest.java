package dev.ternary.cli.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PyTorchCommandsTest {

  @Test
  void theCommandShowsThemAmongItsOwn() {
    assertThat(Ternary.run("--help").out())
        .contains("quickstart", "train", "inspect")
        .doesNotContain("Not here");
    assertThat(Ternary.run("bench", "--help").out())
        .contains("kernels", "arrays", "pytorch", "models")
        .doesNotContain("Not here");
  }

  @Test
  void everyCommandExplainsItself() {
    for (String command : new String[] {"quickstart", "train"}) {
      Ternary run = Ternary.run(command, "--help");
      assertThat(run.exitCode()).as(command).isZero();
      assertThat(run.out()).as(command).contains("Usage: ternary " + command);
    }
  }

  @Test
  void doctorNamesEveryKernelAndPyTorch() {
    Ternary run = Ternary.run("doctor");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("scalar", "vector", "PyTorch", "libtorch 2.7.1 loads");
  }
}
