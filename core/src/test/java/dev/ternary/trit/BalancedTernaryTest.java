package dev.ternary.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.testkit.Trials;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BalancedTernaryTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, +",
    "-1, -",
    "2, +-",
    "3, +0",
    "5, +--",
    "8, +0-",
    "-13, ---",
    "40, ++++"
  })
  void encodesSmallNumbersWorkedByHand(long value, String digits) {
    assertThat(BalancedTernary.encode(value).toTritString()).isEqualTo(digits);
    assertThat(BalancedTernary.decode(TernaryArray.parse(digits))).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, Long.MIN_VALUE + 1, Long.MAX_VALUE - 1, Long.MAX_VALUE})
  void everyLongGoesThereAndBack(long value) {
    assertThat(BalancedTernary.decode(BalancedTernary.encode(value))).isEqualTo(value);
    assertThat(BalancedTernary.encode(value).size()).isEqualTo(BalancedTernary.LONG_TRITS);
  }

  @Test
  void standsForTheSumOfItsDigitsTimesPowersOfThree() {
    Trials.forAll(
        60,
        (random, size) -> {
          long value = random.nextLong() >> random.nextInt(64);
          TernaryArray digits = BalancedTernary.encode(value, 41 + random.nextInt(10));
          BigInteger sum = BigInteger.ZERO;
          for (int i = 0; i < digits.size(); i++) {
            sum = sum.multiply(BigInteger.valueOf(3)).add(BigInteger.valueOf(digits.get(i)));
          }
          assertThat(sum).isEqualTo(BigInteger.valueOf(value));
          assertThat(BalancedTernary.decode(digits)).isEqualTo(value);
          assertThat(BalancedTernary.decode(digits.not())).isEqualTo(-value);
          int places = random.nextInt(5);
          long small = value >> 12;
          TernaryArray shifted =
              BalancedTernary.shiftLeft(BalancedTernary.encode(small, 41), places);
          assertThat(BalancedTernary.decode(shifted)).isEqualTo(small * (long) Math.pow(3, places));
          assertThat(BalancedTernary.decode(BalancedTernary.shiftRight(shifted, places)))
              .isEqualTo(small);
        });
  }

  @Test
  void shiftsAndRoundsKnownNumbers() {
    TernaryArray eight = BalancedTernary.encode(8, 4);

    assertThat(BalancedTernary.decode(BalancedTernary.shiftLeft(eight, 1))).isEqualTo(24);
    assertThat(BalancedTernary.decode(BalancedTernary.shiftRight(eight, 1))).isEqualTo(3);
    assertThat(BalancedTernary.decode(BalancedTernary.shiftRight(eight, 2))).isEqualTo(1);
    assertThat(BalancedTernary.shiftLeft(eight, 9)).isEqualTo(TernaryArray.zeros(4));
    assertThat(BalancedTernary.shiftLeft(eight, 0)).isEqualTo(eight);
  }

  @Test
  void encodesWholeTensors() {
    Tensor values = Tensor.of(Shape.of(2, 2), 0L, 4L, -4L, 2L);
    TernaryArray digits = BalancedTernary.encode(values, 2);

    assertThat(digits.toTritString()).isEqualTo("00++--+-");
    assertThat(digits.shape()).isEqualTo(Shape.of(2, 2, 2));
    Tensor decoded = BalancedTernary.decodeAll(digits);
    assertThat(decoded.shape()).isEqualTo(Shape.of(2, 2));
    assertThat(decoded.getLong(2)).isEqualTo(-4);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> BalancedTernary.encode(5, 2)).hasMessage("5 does not fit 2 trits");
    assertThatThrownBy(() -> BalancedTernary.encode(Long.MIN_VALUE, 40))
        .hasMessage("-9223372036854775808 does not fit 40 trits");
    assertThatThrownBy(() -> BalancedTernary.encode(5, -1))
        .hasMessage("the number of trits is negative: -1");
    assertThatThrownBy(() -> BalancedTernary.decode(TernaryArray.ones(41)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("digits of shape [41] are a number that does not fit 64 bits");
    assertThatThrownBy(() -> BalancedTernary.decode(TernaryArray.ones(1, 1)))
        .hasMessage("a number is an array of one axis, got shape [1, 1]");
    assertThatThrownBy(() -> BalancedTernary.shiftLeft(TernaryArray.ones(1), -1))
        .hasMessage("cannot shift by -1 places");
  }
}
