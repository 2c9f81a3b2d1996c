package dev.ternary.images;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;

/** The planes of what the JDK decoded. */
final class Pixels {

  private static final float MOST = 255;

  private Pixels() {}

  static Picture of(BufferedImage image) {
    // The JDK takes greys for linear light: getRGB would make 188 of 128.
    boolean grey =
        image.getColorModel() instanceof ComponentColorModel model
            && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    return grey ? ofGreys(image) : ofColours(image);
  }

  private static Picture ofGreys(BufferedImage image) {
    Raster raster = image.getRaster();
    int width = image.getWidth();
    int height = image.getHeight();
    float most = (1 << image.getColorModel().getComponentSize(0)) - 1;
    boolean alpha = image.getColorModel().hasAlpha();
    float mostAlpha = alpha ? (1 << image.getColorModel().getComponentSize(1)) - 1 : 1;
    float[] grey = new float[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        float value = raster.getSample(x, y, 0) / most;
        float seen = alpha ? raster.getSample(x, y, 1) / mostAlpha : 1;
        grey[y * width + x] = overWhite(value, seen);
      }
    }
    return Picture.ofGrey(new Plane(width, height, grey));
  }

  private static Picture ofColours(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    float[][] planes = new float[3][width * height];
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++) {
        float seen = (row[x] >>> 24) / MOST;
        for (int channel = 0; channel < 3; channel++) {
          float value = ((row[x] >> (16 - 8 * channel)) & 0xff) / MOST;
          planes[channel][y * width + x] = overWhite(value, seen);
        }
      }
    }
    return Picture.of(
        new Plane(width, height, planes[0]),
        new Plane(width, height, planes[1]),
        new Plane(width, height, planes[2]));
  }

  private static float overWhite(float value, float seen) {
    return seen == 1 ? value : seen * value + (1 - seen);
  }
}
