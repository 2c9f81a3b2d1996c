package dev.ternary.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArgMaxTest {

  private static int of(float... values) {
    return ArgMax.of(values, 0, values.length);
  }

  @Test
  void theFirstOfTheLargestWins() {
    assertThat(of(3)).isEqualTo(0);
    assertThat(of(-5, -1, -3, -1)).isEqualTo(1);
    assertThat(of(-0f, 0f)).isEqualTo(0);
    assertThat(of(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 7)).isEqualTo(1);
  }

  @Test
  void notANumberIsLessThanEveryNumber() {
    assertThat(of(Float.NaN, Float.NEGATIVE_INFINITY, Float.NaN)).isEqualTo(1);
    assertThat(of(1, Float.NaN, 2)).isEqualTo(2);
    assertThat(of(Float.NaN, Float.NaN)).isEqualTo(0);
  }

  @Test
  void looksAtItsRangeAloneAndCountsFromThere() {
    assertThat(ArgMax.of(new float[] {9, 1, 2, 0, 9}, 1, 3)).isEqualTo(1);
  }

  @Test
  void refusesAnEmptyRangeAndOneOutside() {
    assertThatThrownBy(() -> ArgMax.of(new float[4], 2, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the largest of no values was asked for, at 2");
    assertThatThrownBy(() -> ArgMax.of(new float[4], 2, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
