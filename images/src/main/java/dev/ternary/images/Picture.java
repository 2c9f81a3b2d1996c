package dev.ternary.images;

/**
 * A picture in memory: red, green and blue for each pixel, 0 to 1 as the file has them (sRGB).
 * Immutable.
 */
public final class Picture {

  private static final float[] LUMA = {0.299f, 0.587f, 0.114f};

  private final Plane[] planes;

  private Picture(Plane... planes) {
    this.planes = planes;
  }

  /** A picture of red, green and blue planes of one size. */
  static Picture of(Plane red, Plane green, Plane blue) {
    return new Picture(red, green, blue);
  }

  /** A picture without colours. */
  static Picture ofGrey(Plane grey) {
    return new Picture(grey);
  }

  /** Pixels in a row. */
  public int width() {
    return planes[0].width();
  }

  /** Rows. */
  public int height() {
    return planes[0].height();
  }

  /** Plane 0 is red, 1 green, 2 blue. */
  Plane colour(int channel) {
    return planes[planes.length == 1 ? 0 : channel];
  }

  /** Brightness as ITU-R BT.601 weighs the colours, which is what Pillow's mode L does too. */
  Plane grey() {
    if (planes.length == 1) {
      return planes[0];
    }
    float[] grey = new float[width() * height()];
    for (int channel = 0; channel < planes.length; channel++) {
      float[] values = planes[channel].values();
      for (int i = 0; i < grey.length; i++) {
        grey[i] += LUMA[channel] * values[i];
      }
    }
    return new Plane(width(), height(), grey);
  }

  /** The same, turned and mirrored as an orientation of EXIF (1 to 8) asks. */
  Picture oriented(int orientation) {
    Plane[] turned = new Plane[planes.length];
    for (int i = 0; i < turned.length; i++) {
      turned[i] = planes[i].oriented(orientation);
    }
    return new Picture(turned);
  }

  /** Such as {@code picture of 640 x 480}. */
  @Override
  public String toString() {
    return "picture of " + width() + " x " + height();
  }
}
