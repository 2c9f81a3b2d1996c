package dev.ternary.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.testkit.Trials;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class NamePatternTest {

  @Test
  void starsMatchAnyTextAndDotsMatchThemselves() {
    var pattern = new NamePattern("layers.*.norm.weigh?");
    assertThat(pattern.matches("layers.11.norm.weight")).isTrue();
    assertThat(pattern.matches("layers.1.2.norm.weight")).isTrue();
    assertThat(pattern.matches("layersX1.norm.weight")).isFalse();
    assertThat(pattern.matches("layers.1.norm.weight.more")).isFalse();
  }

  @Test
  void charactersOfRegularExpressionsHaveNoMeaning() {
    assertThat(new NamePattern("a[0]+\\E").matches("a[0]+\\E")).isTrue();
    assertThat(new NamePattern("a[0]").matches("a0")).isFalse();
  }

  @Test
  void aQuestionMarkIsOneCharacterOfAnyLanguage() {
    assertThat(new NamePattern("w?").matches("w")).isFalse();
    assertThat(new NamePattern("w?").matches("w\n")).isTrue();
    assertThat(new NamePattern("w?").matches("w\ud835\udc30")).isTrue();
    assertThat(new NamePattern("w??").matches("w\ud835\udc30")).isFalse();
  }

  @Test
  void matchesAsARegularExpressionOfTheSameMeaningDoes() {
    Trials.forAll(
        8,
        (random, size) -> {
          String text = letters(random.ints(size, 0, 4).toArray(), "ab*?");
          String name = letters(random.ints(size, 0, 2).toArray(), "ab");
          var expected = Pattern.compile(text.replace("*", ".*").replace('?', '.'));
          assertThat(new NamePattern(text).matches(name))
              .as("%s against %s", text, name)
              .isEqualTo(expected.matcher(name).matches());
        });
  }

  @Test
  @Timeout(10)
  void manyStarsTakeNoExponentialTime() {
    assertThat(new NamePattern("*a".repeat(40) + "b").matches("a".repeat(4000))).isFalse();
  }

  private static String letters(int[] choices, String of) {
    var text = new StringBuilder();
    for (int choice : choices) {
      text.append(of.charAt(choice));
    }
    return text.toString();
  }
}
