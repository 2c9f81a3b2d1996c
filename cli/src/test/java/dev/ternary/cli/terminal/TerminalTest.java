package dev.ternary.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalTest {

  @Test
  void theWidthIsWhatTheEnvironmentSaysOrElseTheScript() {
    assertThat(Terminal.columns(List.of("60", "100"))).isEqualTo(60);
    assertThat(Terminal.columns(List.of("", "100"))).isEqualTo(100);
    assertThat(Terminal.columns(List.of("wide", "0"))).isEqualTo(80);
    assertThat(Terminal.columns(List.of("", ""))).isEqualTo(80);
    assertThat(Terminal.columns(List.of("3", ""))).isEqualTo(20);
  }

  @Test
  void tablesFitTheWidth() {
    var out = new StringWriter();
    var terminal =
        new Terminal(new PrintWriter(out), new PrintWriter(new StringWriter()), true)
            .withColumns(30);
    terminal.table(
        List.of("name", "count"), List.of(List.of("a name of several words that is long", "12")));
    assertThat(out.toString().lines()).hasSize(4).allMatch(line -> line.length() <= 30);
  }
}
