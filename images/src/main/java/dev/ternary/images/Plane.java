package dev.ternary.images;

/**
 * One channel of a picture. Its array is never written once it is here.
 *
 * @param width pixels in a row
 * @param height rows
 * @param values row after row
 */
@SuppressWarnings("ArrayRecordComponent") // stays in this package and is never compared
record Plane(int width, int height, float[] values) {

  Plane {
    if (width < 1 || height < 1 || values.length != width * height) {
      throw new IllegalArgumentException(
          width + " x " + height + " pixels need as many values, got " + values.length);
    }
  }

  float at(int x, int y) {
    return values[y * width + x];
  }

  /** The part that begins at a place; what lies outside of this plane is {@code outside}. */
  Plane cut(int left, int top, int cutWidth, int cutHeight, float outside) {
    float[] part = new float[cutWidth * cutHeight];
    for (int y = 0; y < cutHeight; y++) {
      for (int x = 0; x < cutWidth; x++) {
        int fromX = left + x;
        int fromY = top + y;
        boolean inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
        part[y * cutWidth + x] = inside ? at(fromX, fromY) : outside;
      }
    }
    return new Plane(cutWidth, cutHeight, part);
  }

  /** Turned and mirrored as an orientation of EXIF (1 to 8) asks. */
  Plane oriented(int orientation) {
    boolean turned = orientation >= 5;
    int newWidth = turned ? height : width;
    int newHeight = turned ? width : height;
    // EXIF 2.3, tag 274: where the first row and the first column of the data lie.
    boolean mirrorX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    boolean mirrorY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    float[] result = new float[values.length];
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        int fromX = turned ? y : x;
        int fromY = turned ? x : y;
        result[y * newWidth + x] =
            at(mirrorX ? width - 1 - fromX : fromX, mirrorY ? height - 1 - fromY : fromY);
      }
    }
    return new Plane(newWidth, newHeight, result);
  }

  /** The values on the four edges, each once. */
  float[] rim() {
    if (width < 3 || height < 3) {
      return values.clone();
    }
    float[] rim = new float[2 * (width + height) - 4];
    int count = 0;
    for (int x = 0; x < width; x++) {
      rim[count++] = at(x, 0);
      rim[count++] = at(x, height - 1);
    }
    for (int y = 1; y < height - 1; y++) {
      rim[count++] = at(0, y);
      rim[count++] = at(width - 1, y);
    }
    return rim;
  }
}
