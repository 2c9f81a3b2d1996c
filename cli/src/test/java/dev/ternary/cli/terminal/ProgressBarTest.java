package dev.ternary.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

  @Test
  void shortWorkSaysNothing() {
    var err = new StringWriter();
    var terminal = new Terminal(new PrintWriter(new StringWriter()), new PrintWriter(err), true);
    try (ProgressBar bar = terminal.progress("work", 10)) {
      bar.at(10, "done");
    }
    assertThat(err.toString()).isEmpty();
  }
}
