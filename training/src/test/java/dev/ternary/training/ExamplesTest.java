package dev.ternary.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.tensor.Shape;
import org.junit.jupiter.api.Test;

class ExamplesTest {

  @Test
  void bytesBecomeNormalisedFloatsByChannel() {
    var examples =
        Examples.ofBytes(
            Shape.of(2, 1, 1),
            new byte[] {0, (byte) 255},
            new int[] {1},
            new float[] {0.5f, 0},
            new float[] {1, 2});
    float[] into = new float[2];
    examples.copy(0, into, 0);
    assertThat(into).containsExactly(-0.5f, 0.5f);
    assertThatThrownBy(() -> Examples.ofFloats(Shape.of(3), new float[4], new int[1]))
        .hasMessage("1 labels of examples of shape [3] need 3 values, got 4");
  }

  @Test
  void aSliceHasItsOwnLabelsAndTheSameShape() {
    var all =
        Examples.ofFloats(Shape.of(1, 2), new float[] {1, 2, 3, 4, 5, 6}, new int[] {0, 3, 1});
    Examples part = all.slice(1, 3);
    assertThat(part.labels()).containsExactly(3, 1);
    assertThat(part.classes()).isEqualTo(4);
    assertThat(part.batchShape(2)).isEqualTo(Shape.of(2, 1, 2));
    float[] into = new float[3];
    part.copy(1, into, 1);
    assertThat(into).containsExactly(0, 5, 6);
  }
}
