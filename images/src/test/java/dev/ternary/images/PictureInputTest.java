package dev.ternary.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.datasets.ImageDataset;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ImageInput.Polarity;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PictureInputTest {

  private static final PictureInput DIGITS =
      new PictureInput(ImageInput.ofPixels(1, 28, 28, Polarity.BRIGHT_ON_DARK), Framing.MASS);

  /** A rectangle of one brightness on a background of another. */
  private static Picture rectangle(
      int width, int height, int left, int top, int right, int bottom, float ink, float paper) {
    float[] values = new float[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean inside = x >= left && x < right && y >= top && y < bottom;
        values[y * width + x] = inside ? ink : paper;
      }
    }
    return Picture.ofGrey(new Plane(width, height, values));
  }

  /** Rows 4 to 23 and columns 9 to 18 are white: 40 x 80 becomes 10 x 20 around pixel 14. */
  private static float[] whiteBar() {
    float[] expected = new float[28 * 28];
    for (int y = 4; y < 24; y++) {
      Arrays.fill(expected, 28 * y + 9, 28 * y + 19, 255);
    }
    return expected;
  }

  private static void expect(float[] numbers, float[] expected) {
    assertThat(numbers).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(numbers[i])
          .as("row " + i / 28 + ", column " + i % 28)
          .isCloseTo(expected[i], within(1e-3f));
    }
  }

  @Test
  void anObjectIsScaledToABoxOf20AndCentredByMassWhicheverIsBright() {
    // Its mass is at 9.5 + 4.5 of 28, wherever it was.
    expect(DIGITS.numbers(rectangle(200, 100, 7, 11, 47, 91, 0, 1)), whiteBar());
    expect(DIGITS.numbers(rectangle(200, 100, 150, 3, 190, 83, 1, 0)), whiteBar());
    expect(DIGITS.numbers(rectangle(90, 300, 30, 200, 70, 280, 0.3f, 0.6f)), whiteBar());
  }

  @Test
  void theCentreIsThatOfTheMassNotOfTheBox() {
    // A square of 10 x 10 with a foot of 10 x 1 pixels under its left: an L of 20 rows.
    float[] values = new float[60 * 60];
    Arrays.fill(values, 1);
    for (int y = 20; y < 40; y++) {
      Arrays.fill(values, 60 * y + 20, 60 * y + (y < 30 ? 40 : 22), 0);
    }
    float[] numbers = DIGITS.numbers(Picture.ofGrey(new Plane(60, 60, values)));
    // Worked by hand: 200 pixels with mean row 4.5 and 20 with 14.5 have 5.41; 14 - 5.41 gives 9,
    // which would push the box of 20 rows out of 28, so it stays at 8. Columns: 8.68 gives 5.
    var plane = new Plane(28, 28, numbers);
    assertThat(plane.at(5, 8)).isCloseTo(255, within(1e-3f));
    assertThat(plane.at(4, 8)).isZero();
    assertThat(plane.at(5, 7)).isZero();
    assertThat(plane.at(24, 17)).isCloseTo(255, within(1e-3f));
    assertThat(plane.at(5, 27)).isCloseTo(255, within(1e-3f));
  }

  @Test
  void imagesOfMnistStayTheSame() throws IOException {
    var images = ImageDataset.mnist().test().images();
    int same = 0;
    for (int i = 0; i < 200; i++) {
      float[] pixels = images.slice(i, i + 1).toFloatArray();
      float[] shares = pixels.clone();
      float most = 0;
      for (int p = 0; p < shares.length; p++) {
        shares[p] /= 255;
        most = Math.max(most, pixels[p]);
      }
      float[] numbers = DIGITS.numbers(Picture.ofGrey(new Plane(28, 28, shares)));
      boolean equal = true;
      for (int p = 0; p < pixels.length; p++) {
        equal &= Math.abs(numbers[p] - pixels[p] * 255 / most) < 0.01f;
      }
      same += equal ? 1 : 0;
    }
    // MNIST's own centres were rounded from the scaled images before they were stored as bytes.
    assertThat(same).isGreaterThanOrEqualTo(195);
  }

  @Test
  void paperThatIsNotQuiteWhiteBecomesBlack() {
    float[] values = rectangle(100, 100, 40, 30, 60, 70, 0.2f, 0.8f).grey().values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += (i * 7919 % 13 - 6) * 0.005f; // unrest of 0.03
    }
    float[] numbers = DIGITS.numbers(Picture.ofGrey(new Plane(100, 100, values)));
    assertThat(numbers[0]).isZero();
    assertThat(numbers[14 * 28 + 14]).isGreaterThan(220);
    int bright = 0;
    for (float number : numbers) {
      bright += number > 128 ? 1 : 0;
    }
    assertThat(bright).isBetween(180, 220); // 10 x 20
  }

  @Test
  void clothesFillTheImage() {
    var input =
        new PictureInput(
            ImageInput.ofPixels(1, 28, 28, Polarity.BRIGHT_ON_DARK),
            Framing.forClasses(List.of("bag", "ankle boot")));
    float[] numbers = input.numbers(rectangle(200, 100, 7, 11, 47, 91, 0, 1));
    // 40 x 80 becomes 14 x 28 in the middle: columns 7 to 20.
    assertThat(numbers[6]).isZero();
    assertThat(numbers[7]).isCloseTo(255, within(1e-3f));
    assertThat(numbers[27 * 28 + 20]).isCloseTo(255, within(1e-3f));
    assertThat(numbers[27 * 28 + 21]).isZero();
    assertThat(Framing.forClasses(List.of("0", "1"))).isEqualTo(Framing.MASS);
    assertThat(Framing.forClasses(List.of())).isEqualTo(Framing.MASS);
  }

  @Test
  void darkOnBrightAndMeanAndDeviationAreAsTheCardSays() {
    var image =
        new ImageInput(1, 28, 28, 0, 1, Polarity.DARK_ON_BRIGHT, List.of(0.5f), List.of(0.25f));
    float[] numbers =
        new PictureInput(image, Framing.MASS).numbers(rectangle(50, 50, 20, 10, 30, 30, 1, 0));
    assertThat(numbers[0]).isEqualTo(2); // (1 - 0.5) / 0.25
    assertThat(numbers[14 * 28 + 14]).isCloseTo(-2, within(1e-4f));
  }

  @Test
  void aPhotographKeepsItsMiddle() {
    // Six columns, two rows; the middle two columns remain, each channel by itself.
    var red = new Plane(6, 2, new float[] {0, .1f, .2f, .3f, .4f, .5f, 0, .1f, .2f, .3f, .4f, .5f});
    var green = new Plane(6, 2, new float[12]);
    float[] ones = new float[12];
    Arrays.fill(ones, 1);
    var blue = new Plane(6, 2, ones);
    var input = new PictureInput(ImageInput.ofPixels(3, 2, 2, Polarity.AS_IS), Framing.MASS);
    float[] numbers = input.numbers(Picture.of(red, green, blue));
    assertThat(numbers).containsExactly(51, 76.5f, 51, 76.5f, 0, 0, 0, 0, 255, 255, 255, 255);
  }

  @Test
  void anEmptyPageIsRefused() {
    assertThatThrownBy(() -> DIGITS.numbers(rectangle(30, 30, 0, 0, 0, 0, 0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shows nothing");
  }
}
