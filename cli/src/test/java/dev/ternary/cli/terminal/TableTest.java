package dev.ternary.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void alignsNumbersRightAndWordsLeft() {
    var table =
        new Table(
            List.of("name", "size"), List.of(List.of("a", "5 B"), List.of("longer", "1.20 kB")));
    assertThat(table.lines())
        .containsExactly(
            "name       size", "------  -------", "a           5 B", "longer  1.20 kB");
  }

  @Test
  void anEmptyTableIsItsHeader() {
    assertThat(new Table(List.of("a", "b"), List.of()).lines()).containsExactly("a  b", "-  -");
  }

  @Test
  void namesThatStartWithADigitStayOnTheLeft() {
    var table = new Table(List.of("tensor"), List.of(List.of("1.weight"), List.of("10.b")));
    assertThat(table.lines()).endsWith("10.b");
  }
}
