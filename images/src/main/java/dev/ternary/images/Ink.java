package dev.ternary.images;

import java.util.Arrays;

/** The object of a picture, told from its background: 0 where that is, up to 1. */
final class Ink {

  /** Less than this between object and background is no object. */
  private static final float LEAST_CONTRAST = 0.08f;

  /** In pictures that will become much smaller, edges of less do not count. */
  private static final float FAINT = 0.1f;

  /** MNIST's box of 20 pixels in an image of 28. */
  private static final double BOX_SHARE = 20.0 / 28.0;

  private Ink() {}

  /**
   * Separates the object. The background is what the rim of the picture mostly is, and its unrest
   * is taken away; the object is what is darker or what is brighter, whichever is more, stretched
   * to 1.
   *
   * @throws IllegalArgumentException if there is only background
   */
  static Plane of(Plane grey) {
    float[] rim = grey.rim();
    Arrays.sort(rim);
    float background = rim[rim.length / 2];
    float unrest = unrest(rim, background);
    float noise = unrest == 0 ? 0 : 2 * unrest + 0.02f;
    double darker = 0;
    double brighter = 0;
    for (float value : grey.values()) {
      double apart = Math.max(0, Math.abs(value - background) - noise);
      if (value < background) {
        darker += apart;
      } else {
        brighter += apart;
      }
    }
    float sign = darker > brighter ? -1 : 1;
    float most = 0;
    float[] ink = new float[grey.values().length];
    for (int i = 0; i < ink.length; i++) {
      ink[i] = Math.max(0, sign * (grey.values()[i] - background) - noise);
      most = Math.max(most, ink[i]);
    }
    if (most < LEAST_CONTRAST) {
      throw new IllegalArgumentException(
          "the picture shows nothing: all of it is about as bright as its rim");
    }
    return stretched(new Plane(grey.width(), grey.height(), ink));
  }

  private static Plane stretched(Plane ink) {
    float most = 0;
    for (float value : ink.values()) {
      most = Math.max(most, value);
    }
    float[] values = ink.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] /= most;
    }
    return new Plane(ink.width(), ink.height(), values);
  }

  /** How far nine tenths of the rim are from what it mostly is. */
  private static float unrest(float[] rim, float background) {
    float[] apart = new float[rim.length];
    for (int i = 0; i < rim.length; i++) {
      apart[i] = Math.abs(rim[i] - background);
    }
    Arrays.sort(apart);
    return apart[(int) ((rim.length - 1) * 0.9)];
  }

  /** The object in an image of another size. */
  static Plane framed(Plane ink, Framing framing, int width, int height) {
    boolean small = Math.max(ink.width(), ink.height()) <= 2 * Math.max(width, height);
    Plane object = trimmed(ink, small ? 0 : FAINT);
    int box = Math.min(width, height);
    if (framing == Framing.MASS) {
      box = Math.max(1, (int) Math.round(box * BOX_SHARE));
    }
    int longer = Math.max(object.width(), object.height());
    int scaledWidth = Math.max(1, Math.round((float) object.width() * box / longer));
    int scaledHeight = Math.max(1, Math.round((float) object.height() * box / longer));
    // Thin lines pale when they are averaged.
    Plane scaled = stretched(Resampling.AREA.resize(object, scaledWidth, scaledHeight));
    int left = (width - scaledWidth) / 2;
    int top = (height - scaledHeight) / 2;
    if (framing == Framing.MASS) {
      // The centre of a field of 28 is pixel 14, counted from 0: so it is in MNIST's own images.
      left = within(width / 2.0 - massAcross(scaled), width - scaledWidth);
      top = within(height / 2.0 - massDown(scaled), height - scaledHeight);
    }
    return scaled.cut(-left, -top, width, height, 0);
  }

  /** The whole number nearest to a place, halves down as in MNIST; none cuts the object off. */
  private static int within(double place, int most) {
    return Math.clamp((long) Math.ceil(place - 0.5 - 1e-4), 0, most);
  }

  /** The smallest part with all of the object that is more than {@code faint}. */
  private static Plane trimmed(Plane ink, float faint) {
    int left = ink.width();
    int right = -1;
    int top = ink.height();
    int bottom = -1;
    for (int y = 0; y < ink.height(); y++) {
      for (int x = 0; x < ink.width(); x++) {
        if (ink.at(x, y) > faint) {
          left = Math.min(left, x);
          right = Math.max(right, x);
          top = Math.min(top, y);
          bottom = y;
        }
      }
    }
    return ink.cut(left, top, right - left + 1, bottom - top + 1, 0);
  }

  static double massAcross(Plane plane) {
    double sum = 0;
    double total = 0;
    for (int y = 0; y < plane.height(); y++) {
      for (int x = 0; x < plane.width(); x++) {
        sum += (double) plane.at(x, y) * x;
        total += plane.at(x, y);
      }
    }
    return sum / total;
  }

  static double massDown(Plane plane) {
    double sum = 0;
    double total = 0;
    for (int y = 0; y < plane.height(); y++) {
      for (int x = 0; x < plane.width(); x++) {
        sum += (double) plane.at(x, y) * y;
        total += plane.at(x, y);
      }
    }
    return sum / total;
  }
}
