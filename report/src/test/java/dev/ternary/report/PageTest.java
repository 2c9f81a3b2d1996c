package dev.ternary.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PageTest {

  @Test
  void eachNumberOfATableKnowsItsColumnForNarrowWindows() {
    String html =
        new Page("title", "lead")
            .table(List.of("network", "accuracy"), List.of(List.of("float32", "98.78 %")))
            .html();
    assertThat(html)
        .contains("<td data-label=\"accuracy\">98.78 %</td>", "content: attr(data-label)");
  }

  @Test
  void theMachineHasAName() {
    assertThat(Machine.text()).startsWith(Machine.cpu() + ", kernel ").endsWith(" cores");
    assertThat(Machine.cpu()).isNotBlank();
  }

  @Test
  void whatIsOffTheDiagonalIsWrong() {
    var confusion = new ConfusionMatrix(List.of("a", "b"), List.of(List.of(5, 2), List.of(1, 7)));
    assertThat(confusion.wrong()).isEqualTo(3);
  }
}
