package dev.ternary.nn.cpu;

/** Loops over float arrays that the JIT turns into vector code. */
final class FloatRows {

  private FloatRows() {}

  /** {@code y += sum of x[k] * rows[k]} over {@code count} elements, four rows at a time. */
  static void addProducts(float[] x, float[][] rows, float[] y, int count) {
    int k = 0;
    for (; k + 4 <= rows.length; k += 4) {
      addFour(y, count, x, k, rows);
    }
    for (; k < rows.length; k++) {
      addOne(y, count, x[k], rows[k]);
    }
  }

  /** The same for two sets of factors, which reads each row once for both. */
  static void addProducts(
      float[] xa, float[] xb, float[][] rows, float[] ya, float[] yb, int count) {
    int k = 0;
    for (; k + 4 <= rows.length; k += 4) {
      addFour(ya, yb, count, xa, xb, k, rows);
    }
    for (; k < rows.length; k++) {
      addOne(ya, count, xa[k], rows[k]);
      addOne(yb, count, xb[k], rows[k]);
    }
  }

  private static void addFour(
      float[] y, float[] z, int count, float[] xy, float[] xz, int k, float[][] rows) {
    float ya = xy[k];
    float yb = xy[k + 1];
    float yc = xy[k + 2];
    float yd = xy[k + 3];
    float za = xz[k];
    float zb = xz[k + 1];
    float zc = xz[k + 2];
    float zd = xz[k + 3];
    float[] a = rows[k];
    float[] b = rows[k + 1];
    float[] c = rows[k + 2];
    float[] d = rows[k + 3];
    for (int i = 0; i < count; i++) {
      y[i] += (ya * a[i] + yb * b[i]) + (yc * c[i] + yd * d[i]);
      z[i] += (za * a[i] + zb * b[i]) + (zc * c[i] + zd * d[i]);
    }
  }

  private static void addFour(float[] y, int count, float[] x, int k, float[][] rows) {
    float xa = x[k];
    float xb = x[k + 1];
    float xc = x[k + 2];
    float xd = x[k + 3];
    float[] a = rows[k];
    float[] b = rows[k + 1];
    float[] c = rows[k + 2];
    float[] d = rows[k + 3];
    for (int i = 0; i < count; i++) {
      y[i] += (xa * a[i] + xb * b[i]) + (xc * c[i] + xd * d[i]);
    }
  }

  private static void addOne(float[] y, int count, float x, float[] row) {
    for (int i = 0; i < count; i++) {
      y[i] += x * row[i];
    }
  }

  /** {@code max(y, 0)} of {@code count} elements. */
  static void relu(float[] y, int count) {
    for (int i = 0; i < count; i++) {
      y[i] = Math.max(y[i], 0);
    }
  }

  /** The product of two rows of one length, in eight partial sums. */
  static float dot(float[] x, float[] w) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    int i = 0;
    for (; i + 8 <= w.length; i += 8) {
      s0 += x[i] * w[i];
      s1 += x[i + 1] * w[i + 1];
      s2 += x[i + 2] * w[i + 2];
      s3 += x[i + 3] * w[i + 3];
      s4 += x[i + 4] * w[i + 4];
      s5 += x[i + 5] * w[i + 5];
      s6 += x[i + 6] * w[i + 6];
      s7 += x[i + 7] * w[i + 7];
    }
    for (; i < w.length; i++) {
      s0 += x[i] * w[i];
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }

  /** {@code y = max(y, x)} of {@code count} elements from {@code xAt} and {@code yAt} on. */
  static void max(float[] x, int xAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      y[yAt + i] = Math.max(y[yAt + i], x[xAt + i]);
    }
  }

  /** {@code y += x} of {@code count} elements from {@code xAt} and {@code yAt} on. */
  static void add(float[] x, int xAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      y[yAt + i] += x[xAt + i];
    }
  }

  /** {@code y / divisor} of all elements. */
  static void divide(float[] y, float divisor) {
    for (int i = 0; i < y.length; i++) {
      y[i] /= divisor;
    }
  }
}
