package dev.ternary.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {

  @Test
  void countsElementsAndBytes() {
    Shape shape = Shape.of(2, 3, 4);
    assertThat(shape.rank()).isEqualTo(3);
    assertThat(shape.dim(1)).isEqualTo(3);
    assertThat(shape.elements()).isEqualTo(24);
    assertThat(shape.byteSize(DType.F16)).isEqualTo(48);
    assertThat(shape).hasToString("[2, 3, 4]").isEqualTo(Shape.of(2, 3, 4));
    assertThat(shape.hashCode()).isEqualTo(Shape.of(2, 3, 4).hashCode());
    assertThat(shape).isNotEqualTo(Shape.of(4, 3, 2));
  }

  @Test
  void aScalarHasOneElementAndAnEmptyDimensionNone() {
    assertThat(Shape.of().elements()).isEqualTo(1);
    assertThat(Shape.of(3, 0).elements()).isZero();
    assertThat(Shape.of(0).byteSize(DType.F64)).isZero();
  }

  @Test
  void refusesNegativeDimensionsAndOverflowEvenBesideAZero() {
    assertThatThrownBy(() -> Shape.of(2, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape [2, -1] has a negative dimension: -1");
    assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 31))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than 2^63 - 1 elements");
    assertThatThrownBy(() -> Shape.of(0, 1L << 32, 1L << 31))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Shape.of((1L << 31) - 1, 1L << 31).elements()).isPositive();
    assertThatThrownBy(() -> Shape.of(Long.MAX_VALUE).byteSize(DType.F32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("takes more than 2^63 - 1 bytes");
  }

  @Test
  void laterChangesOfTheArrayDoNotReachTheShape() {
    long[] dims = {2, 3};
    Shape shape = Shape.of(dims);
    dims[0] = 9;
    shape.toArray()[1] = 9;
    assertThat(shape).isEqualTo(Shape.of(2, 3));
  }

  @Test
  void indexOfCountsTheLastDimensionFastest() {
    assertThat(Shape.of(2, 3, 4).indexOf(17)).containsExactly(1, 1, 1);
    assertThat(Shape.of(2, 3, 4).indexOf(23)).containsExactly(1, 2, 3);
    assertThat(Shape.of().indexOf(0)).isEmpty();
  }
}
