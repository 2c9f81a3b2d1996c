package dev.ternary.images;

/** How a plane gets another size: first along its rows, then along its columns. */
enum Resampling {
  /** Down: the average over the area that a new pixel covers. Up: bilinear. */
  AREA {
    @Override
    double weight(double distance, double scale) {
      if (scale <= 1) {
        return Math.max(0, 1 - Math.abs(distance));
      }
      // How much of the old pixel, one wide, lies in the new one, as wide as the scale.
      double overlap = (1 + scale) / 2 - Math.abs(distance);
      return Math.clamp(overlap, 0, 1);
    }
  },
  /**
   * Down: weights that fall off linearly over two new pixels. Up: bilinear. So do Pillow's BILINEAR
   * and torchvision's Resize with antialias.
   */
  TRIANGLE {
    @Override
    double weight(double distance, double scale) {
      return Math.max(0, 1 - Math.abs(distance) / Math.max(1, scale));
    }
  };

  /**
   * The weight of an old pixel for a new one, up to a factor.
   *
   * @param distance between their centres, in old pixels
   * @param scale old pixels for each new one
   */
  abstract double weight(double distance, double scale);

  /** The plane in another size. */
  Plane resize(Plane plane, int width, int height) {
    int oldWidth = plane.width();
    int oldHeight = plane.height();
    Taps across = taps(oldWidth, width);
    float[] rows = new float[width * oldHeight];
    for (int y = 0; y < oldHeight; y++) {
      for (int x = 0; x < width; x++) {
        rows[y * width + x] = across.sum(plane.values(), y * oldWidth, 1, x);
      }
    }
    Taps down = taps(oldHeight, height);
    float[] result = new float[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        result[y * width + x] = down.sum(rows, x, width, y);
      }
    }
    return new Plane(width, height, result);
  }

  /** For each new pixel where its old ones begin, and their weights, which sum to 1. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Taps(int[] first, float[][] weights) {

    float sum(float[] values, int start, int stride, int pixel) {
      float[] w = weights[pixel];
      double sum = 0;
      int at = start + first[pixel] * stride;
      for (float weight : w) {
        sum += weight * values[at];
        at += stride;
      }
      return (float) sum;
    }
  }

  private Taps taps(int before, int after) {
    double scale = (double) before / after;
    double reach = Math.max(1, scale);
    int[] first = new int[after];
    float[][] weights = new float[after][];
    for (int i = 0; i < after; i++) {
      double centre = (i + 0.5) * scale - 0.5;
      int from = Math.clamp((long) Math.ceil(centre - reach), 0, before - 1);
      int to = Math.clamp((long) Math.floor(centre + reach), from, before - 1);
      double[] raw = new double[to - from + 1];
      double sum = 0;
      for (int t = 0; t < raw.length; t++) {
        raw[t] = weight(from + t - centre, scale);
        sum += raw[t];
      }
      first[i] = from;
      weights[i] = new float[raw.length];
      for (int t = 0; t < raw.length; t++) {
        weights[i][t] = (float) (raw[t] / sum);
      }
    }
    return new Taps(first, weights);
  }
}
