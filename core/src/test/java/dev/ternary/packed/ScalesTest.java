package dev.ternary.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScalesTest {

  @Test
  void everyWeightFindsItsScale() {
    assertThat(Scales.perTensor(7).at(3, 4, 5)).isEqualTo(7);
    assertThat(Scales.perRow(1, 2).at(1, 4, 5)).isEqualTo(2);
    Scales groups = Scales.of(Granularity.group(2), 0, 1, 2, 3, 4, 5); // [2, 3], cols 5
    assertThat(groups.at(0, 1, 5)).isEqualTo(0);
    assertThat(groups.at(0, 4, 5)).isEqualTo(2);
    assertThat(groups.at(1, 0, 5)).isEqualTo(3);
    assertThat(groups.at(1, 4, 5)).isEqualTo(5);
  }

  @Test
  void scalesAreCopiedInAndOut() {
    float[] values = {1, 2};
    Scales scales = Scales.perRow(values);
    values[0] = 9;
    scales.toArray()[1] = 9;
    assertThat(scales).isEqualTo(Scales.perRow(1, 2)).hasSameHashCodeAs(Scales.perRow(1, 2));
    assertThat(scales).isNotEqualTo(Scales.of(Granularity.group(1), 1, 2));
    assertThat(scales.value(1)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void aScaleIsAFiniteNumber(float bad) {
    assertThatThrownBy(() -> Scales.perRow(1, bad))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scale " + bad + " at index 1");
  }

  @Test
  void granularitiesCountTheirScales() {
    assertThat(Granularity.tensor().count(3, 10)).isEqualTo(1);
    assertThat(Granularity.row().count(3, 10)).isEqualTo(3);
    assertThat(Granularity.group(4).count(3, 10)).isEqualTo(9);
    assertThat(Granularity.group(4).groupsPerRow(8)).isEqualTo(2);
    assertThat(Granularity.group(4).count(3, 0)).isZero();
    assertThat(Granularity.group(1).count(Integer.MAX_VALUE, Integer.MAX_VALUE))
        .isEqualTo((long) Integer.MAX_VALUE * Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensor", "row", "group:128"})
  void granularitiesAreReadAsTheyAreWritten(String text) {
    assertThat(Granularity.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "rows", "group", "group:", "group:x", "group:99999999999"})
  void otherWordsAreNoGranularity(String text) {
    assertThatThrownBy(() -> Granularity.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown granularity '" + text + "', expected tensor, row or group:COLS");
  }

  @Test
  void aGroupHasAtLeastOneColumn() {
    assertThatThrownBy(() -> Granularity.parse("group:0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a group needs at least 1 column, got 0");
  }
}
