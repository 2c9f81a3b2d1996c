package dev.ternary.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.tensor.Shape;
import org.junit.jupiter.api.Test;

class TernaryTensorTest {

  private static final TernaryMatrix MATRIX =
      TernaryMatrix.pack(2, 4, new byte[] {1, 0, -1, 1, 0, 0, 1, -1});

  @Test
  void dimensionZeroIsTheRowsAndTheOthersAreTheColumns() {
    assertThat(new TernaryTensor(Shape.of(2, 1, 2, 2), MATRIX).matrix()).isSameAs(MATRIX);
    assertThat(TernaryTensor.of(MATRIX).shape()).isEqualTo(Shape.of(2, 4));
    assertThat(TernaryTensor.cols(Shape.of(7, 3, 2, 2))).isEqualTo(12);
  }

  @Test
  void refusesAShapeThatIsNotTheMatrix() {
    assertThatThrownBy(() -> new TernaryTensor(Shape.of(2, 3, 2), MATRIX))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape [2, 3, 2] does not fit a matrix of 2 rows and 4 columns");
    assertThatThrownBy(() -> new TernaryTensor(Shape.of(8), MATRIX))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void otherScalesAndPackingsKeepTheShape() {
    var tensor = new TernaryTensor(Shape.of(2, 2, 2), MATRIX);
    assertThat(tensor.withScales(Scales.perTensor(2)).matrix().toFloatArray())
        .containsExactly(2, 0, -2, 2, 0, 0, 2, -2);
    assertThat(tensor.repack(Packing.base243()).shape()).isEqualTo(Shape.of(2, 2, 2));
    assertThat(tensor.repack(Packing.base243()).matrix().trits()).isEqualTo(MATRIX.trits());
  }
}
