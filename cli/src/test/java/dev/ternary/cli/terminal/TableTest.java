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

  private static final Table WIDE =
      new Table(
          List.of("network", "test accuracy", "file", "one image", "images/s", "same predictions"),
          List.of(
              List.of(
                  "float32 in libtorch", "98.78 %", "1.34 MB", "49.0 us", "112 530", "100.00 %"),
              List.of(
                  "ternary on our kernels, int8 activations",
                  "98.77 %",
                  "75.4 kB",
                  "1.9 us",
                  "1 607 430",
                  "99.97 %")));

  @Test
  void wordsGoOnInTheNextLineWhereTheTerminalIsNarrow() {
    List<String> lines = WIDE.lines(80);
    assertThat(lines).allMatch(line -> line.length() <= 80);
    assertThat(String.join("\n", lines)).contains("1 607 430", "99.97 %", "activations", "98.78 %");
    assertThat(WIDE.lines().getFirst()).hasSizeGreaterThan(80);
  }

  @Test
  void theLastColumnsAreLeftOutAndNamedWhereNothingElseHelps() {
    List<String> lines = WIDE.lines(40);
    assertThat(lines).allMatch(line -> line.length() <= 40);
    assertThat(lines.getFirst()).startsWith("network").contains("file");
    assertThat(String.join(" ", lines)).contains("left out: ", "same predictions");
    for (int room = 20; room < 120; room++) {
      int most = room;
      assertThat(WIDE.lines(room)).allMatch(line -> line.length() <= most);
    }
  }

  @Test
  void aTableThatFitsIsAsItWasWithoutALimit() {
    assertThat(WIDE.lines(1000)).isEqualTo(WIDE.lines());
  }
}
