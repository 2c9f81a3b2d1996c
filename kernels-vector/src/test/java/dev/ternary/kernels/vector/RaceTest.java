package dev.ternary.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RaceTest {

  private final Race race = new Race();

  @Test
  void isWonOnlyByRoundsInARow() {
    rounds(Race.ENOUGH - 1, 20, 10);
    assertThat(race.isWon()).isFalse();
    race.add(10, 20);
    rounds(Race.ENOUGH - 1, 20, 10);
    assertThat(race.isWon()).isFalse();
    race.add(20, 10);
    assertThat(race.isWon()).isTrue();
  }

  @Test
  void codeThatIsAsFastAsPlainCodeDoesNotWin() {
    rounds(10 * Race.ENOUGH, 10, 10);
    assertThat(race.isWon()).isFalse();
  }

  private void rounds(int count, long plainNanos, long vectorNanos) {
    for (int i = 0; i < count; i++) {
      race.add(plainNanos, vectorNanos);
    }
  }
}
