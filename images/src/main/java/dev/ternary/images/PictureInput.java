package dev.ternary.images;

import dev.ternary.nn.graph.ImageInput;
import java.util.Objects;
import java.util.Optional;

/**
 * Makes pictures the numbers that a model takes. Immutable.
 *
 * <p>For models of objects on a plain background ({@link ImageInput.Polarity#BRIGHT_ON_DARK},
 * {@link ImageInput.Polarity#DARK_ON_BRIGHT}) the object is told from the background, whichever of
 * them is bright, framed, and drawn as the model has it. Any other picture is resized so that its
 * shorter side fits, and its middle cut out; from 160 pixels on with a margin, 256 for 224, as
 * torchvision's presets for ImageNet do.
 *
 * @param image what the model takes
 * @param framing where objects come to lie; not asked for pictures that stay as they are
 */
public record PictureInput(ImageInput image, Framing framing) {

  private static final int LEAST_WITH_MARGIN = 160;

  public PictureInput {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(framing, "framing");
  }

  /**
   * The numbers of a picture.
   *
   * @return channels, rows, columns, in this order
   * @throws IllegalArgumentException if the model takes objects and the picture shows none
   */
  public float[] numbers(Picture picture) {
    return switch (image.polarity()) {
      case AS_IS -> photograph(picture);
      case BRIGHT_ON_DARK -> object(picture, false);
      case DARK_ON_BRIGHT -> object(picture, true);
    };
  }

  /**
   * What does not look right about a picture, a sentence with what to do; empty where nothing does.
   * Who draws two digits beside each other gets one answer.
   *
   * @throws IllegalArgumentException as {@link #numbers}
   */
  public Optional<String> warning(Picture picture) {
    if (image.polarity() == ImageInput.Polarity.AS_IS) {
      return Optional.empty();
    }
    int shapes = Shapes.count(Ink.of(picture.grey()));
    return shapes < 2
        ? Optional.empty()
        : Optional.of(
            "the picture shows "
                + shapes
                + " shapes that lie apart, and the model names one: make a picture of each");
  }

  private float[] object(Picture picture, boolean dark) {
    Plane ink = Ink.framed(Ink.of(picture.grey()), framing, image.width(), image.height());
    float[] numbers = new float[image.channels() * ink.values().length];
    for (int channel = 0; channel < image.channels(); channel++) {
      for (int i = 0; i < ink.values().length; i++) {
        float bright = dark ? 1 - ink.values()[i] : ink.values()[i];
        numbers[channel * ink.values().length + i] = number(bright, channel);
      }
    }
    return numbers;
  }

  private float[] photograph(Picture picture) {
    int size = image.width() * image.height();
    float[] numbers = new float[image.channels() * size];
    for (int channel = 0; channel < image.channels(); channel++) {
      Plane whole = image.channels() == 1 ? picture.grey() : picture.colour(channel);
      float[] part = middle(whole).values();
      for (int i = 0; i < size; i++) {
        numbers[channel * size + i] = number(part[i], channel);
      }
    }
    return numbers;
  }

  private Plane middle(Plane whole) {
    double scale =
        Math.max(
            margin(image.width()) / (double) whole.width(),
            margin(image.height()) / (double) whole.height());
    // torchvision cuts off the fraction of the longer side; the shorter one has none.
    int width = Math.max(image.width(), (int) (whole.width() * scale + 1e-9));
    int height = Math.max(image.height(), (int) (whole.height() * scale + 1e-9));
    Plane resized =
        whole.width() == width && whole.height() == height
            ? whole
            : Resampling.TRIANGLE.resize(whole, width, height);
    int left = (int) Math.rint((width - image.width()) / 2.0);
    int top = (int) Math.rint((height - image.height()) / 2.0);
    return resized.cut(left, top, image.width(), image.height(), 0);
  }

  private static int margin(int size) {
    return size < LEAST_WITH_MARGIN ? size : Math.round(size * 256f / 224f);
  }

  private float number(float bright, int channel) {
    float value = image.low() + bright * (image.high() - image.low());
    float mean = image.mean().isEmpty() ? 0 : image.mean().get(channel);
    float std = image.std().isEmpty() ? 1 : image.std().get(channel);
    return (value - mean) / std;
  }
}
