package dev.ternary.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProseTest {

  @Test
  void goesOnBetweenWordsAsFarInAsItBegan() {
    assertThat(Prose.lines("one two three", 7)).containsExactly("one two", "three");
    assertThat(Prose.lines("  one two three", 9)).containsExactly("  one two", "  three");
  }

  @Test
  void aWordThatIsTooLongStaysWhole() {
    assertThat(Prose.lines("see /a/very/long/path now", 8))
        .containsExactly("see", "/a/very/long/path", "now");
  }

  @Test
  void whatFitsStaysAsItIs() {
    assertThat(Prose.lines("a  b", 4)).containsExactly("a  b");
    assertThat(Prose.lines("a\nbb bb", 4)).containsExactly("a", "bb", "bb");
  }

  @Test
  void coloursTakeNoRoom() {
    String bold = "\u001b[1mone\u001b[0m two";
    assertThat(Prose.lines(bold, 7)).containsExactly(bold);
  }
}
