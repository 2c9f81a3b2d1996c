package dev.ternary.images;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.datasets.ImageDataset;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ImageInput.Polarity;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ShapesTest {

  /** Ink where a drawing has an {@code x}, each letter so many pixels wide and high. */
  private static Plane drawn(int scale, String... rows) {
    int width = rows[0].length() * scale;
    float[] ink = new float[width * rows.length * scale];
    for (int i = 0; i < ink.length; i++) {
      ink[i] = rows[i / width / scale].charAt(i % width / scale) == 'x' ? 1 : 0;
    }
    return new Plane(width, rows.length * scale, ink);
  }

  @Test
  void whatLiesApartIsCounted() {
    for (int scale : new int[] {1, 4, 50}) {
      assertThat(Shapes.count(drawn(scale, "xx.xx", "xx.xx"))).isEqualTo(2);
      assertThat(Shapes.count(drawn(scale, "x.xx.x", "x.xx.x"))).isEqualTo(3);
      assertThat(Shapes.count(drawn(scale, "xxx", "...", "xxx"))).isEqualTo(2);
      assertThat(Shapes.count(drawn(scale, "xxxxx"))).isEqualTo(1);
    }
  }

  @Test
  void partsOfOneObjectAreNot() {
    // Corners touch; one lies in the arms of the other; a dot; a ring with a core.
    assertThat(Shapes.count(drawn(1, "x..", ".x.", "..x"))).isEqualTo(1);
    assertThat(Shapes.count(drawn(4, "xxxx", "x...", "x.xx", "x.xx"))).isEqualTo(1);
    assertThat(Shapes.count(drawn(4, ".x.", "...", ".x.", ".x.", ".x."))).isEqualTo(1);
    assertThat(Shapes.count(drawn(4, "xxxxx", "x...x", "x.x.x", "x...x", "xxxxx"))).isEqualTo(1);
  }

  @Test
  void nothingIsNoShape() {
    assertThat(Shapes.count(new Plane(3, 3, new float[9]))).isZero();
  }

  @Test
  void theWarningSaysWhatToDo() {
    Plane two = drawn(4, ".......", ".xx.xx.", ".xx.xx.", ".......");
    var digits =
        new PictureInput(ImageInput.ofPixels(1, 28, 28, Polarity.BRIGHT_ON_DARK), Framing.MASS);
    assertThat(digits.warning(Picture.ofGrey(two)))
        .contains(
            "the picture shows 2 shapes that lie apart, and the model names one: make a picture of"
                + " each");
    Plane one = drawn(4, "....", ".xx.", "....");
    assertThat(digits.warning(Picture.ofGrey(one))).isEmpty();
    var photographs =
        new PictureInput(ImageInput.ofPixels(1, 28, 28, Polarity.AS_IS), Framing.FILL);
    assertThat(photographs.warning(Picture.ofGrey(two))).isEmpty();
  }

  /** Two of MNIST's digits beside each other are seen in nine of ten pictures, one is believed. */
  @Test
  void handwrittenDigitsAreSeldomTakenForTwo() throws IOException {
    Tensor images = ImageDataset.mnist().test().images();
    int wrong = 0;
    int seen = 0;
    for (int i = 0; i < 2000; i++) {
      wrong += Shapes.count(Ink.of(beside(images, i, 1))) > 1 ? 1 : 0;
      seen += i % 2 == 0 && Shapes.count(Ink.of(beside(images, i, 2))) > 1 ? 1 : 0;
    }
    assertThat(wrong).isLessThanOrEqualTo(10);
    assertThat(seen).isGreaterThanOrEqualTo(900);
  }

  private static Plane beside(Tensor images, int first, int count) {
    int width = 28 * count;
    float[] values = new float[28 * width];
    for (int i = 0; i < values.length; i++) {
      int x = i % width;
      long from = (first + x / 28) * 784L + i / width * 28L + x % 28;
      values[i] = images.getFloat(from) / 255;
    }
    return new Plane(width, 28, values);
  }
}
