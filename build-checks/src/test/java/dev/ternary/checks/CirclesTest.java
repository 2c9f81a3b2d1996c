package dev.ternary.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CirclesTest {

  @Test
  void findsEachCircleWithAllThatStandInIt() {
    // a -> b -> c -> a, c -> d, d <-> e, e -> f; g uses itself.
    var uses =
        Map.of(
            "a", Set.of("b"),
            "b", Set.of("c"),
            "c", Set.of("a", "d"),
            "d", Set.of("e"),
            "e", Set.of("d", "f"),
            "g", Set.of("g", "a"));
    assertEquals(Set.of(Set.of("a", "b", "c"), Set.of("d", "e")), new Circles(uses).all());
  }

  @Test
  void aTreeAndADiamondHaveNone() {
    var uses = Map.of("a", Set.of("b", "c"), "b", Set.of("d"), "c", Set.of("d"));
    assertEquals(Set.of(), new Circles(uses).all());
  }
}
