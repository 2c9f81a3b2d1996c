package dev.ternary.nn.quantize;

import dev.ternary.kernel.Parallelism;

/**
 * What a least-squares fit of rows of weights to outputs needs to know of inputs {@code X} and
 * outputs {@code Y}: {@code X^T X} and {@code Y^T X}, added up part by part. Sums of a part are
 * float32, in an order that depends on nothing but the shapes.
 */
final class NormalEquations {

  private static final int TILE_ROWS = 64;
  private static final int TILE_COLS = 512;

  private final int cols;
  private final int rows;
  private final float[][] gram;
  private final float[][] cross;
  private final double[] sumX;
  private final double[] sumY;
  private final double[] squareY;
  private long count;

  NormalEquations(int rows, int cols) {
    this.cols = cols;
    this.rows = rows;
    this.gram = new float[cols][cols];
    this.cross = new float[rows][cols];
    this.sumX = new double[cols];
    this.sumY = new double[rows];
    this.squareY = new double[rows];
  }

  /**
   * Adds observations.
   *
   * @param x inputs, {@code [count][cols]}
   * @param y outputs, {@code [count][rows]}
   */
  void add(float[][] x, float[][] y, Parallelism threads) {
    count += x.length;
    for (int i = 0; i < x.length; i++) {
      for (int k = 0; k < cols; k++) {
        sumX[k] += x[i][k];
      }
      for (int r = 0; r < rows; r++) {
        sumY[r] += y[i][r];
        squareY[r] += y[i][r] * (double) y[i][r];
      }
    }
    addProducts(x, x, gram, true, threads);
    addProducts(y, x, cross, false, threads);
  }

  /** {@code out += a^T b}; of a symmetric one only the tiles at and above the diagonal. */
  static void addProducts(
      float[][] a, float[][] b, float[][] out, boolean symmetric, Parallelism threads) {
    int outCols = out.length == 0 ? 0 : out[0].length;
    int across = Math.ceilDiv(outCols, TILE_COLS);
    int down = Math.ceilDiv(out.length, TILE_ROWS);
    threads.forParts(
        across * down,
        1,
        (_, from, to) -> {
          for (int t = from; t < to; t++) {
            // Column by column, so that the tiles above the diagonal are shared about evenly.
            int top = t % down * TILE_ROWS;
            int left = t / down * TILE_COLS;
            int bottom = Math.min(out.length, top + TILE_ROWS);
            int right = Math.min(outCols, left + TILE_COLS);
            if (!symmetric || right > top) {
              addTile(a, b, out, new int[] {top, bottom, left, right});
            }
          }
        });
  }

  private static void addTile(float[][] a, float[][] b, float[][] out, int[] tile) {
    for (int p = 0; p < b.length; p += 64) {
      int end = Math.min(b.length, p + 64);
      int i = tile[0];
      for (; i + 2 <= tile[1]; i += 2) {
        int q = p;
        for (; q + 4 <= end; q += 4) {
          addFour(a, b, out, q, i, tile[2], tile[3]);
        }
        for (; q < end; q++) {
          addOne(a[q][i], b[q], out[i], tile[2], tile[3]);
          addOne(a[q][i + 1], b[q], out[i + 1], tile[2], tile[3]);
        }
      }
      if (i < tile[1]) {
        for (int q = p; q < end; q++) {
          addOne(a[q][i], b[q], out[i], tile[2], tile[3]);
        }
      }
    }
  }

  private static void addFour(
      float[][] a, float[][] b, float[][] out, int q, int i, int from, int to) {
    float[] y = out[i];
    float[] z = out[i + 1];
    float[] k = b[q];
    float[] l = b[q + 1];
    float[] m = b[q + 2];
    float[] n = b[q + 3];
    float yk = a[q][i];
    float yl = a[q + 1][i];
    float ym = a[q + 2][i];
    float yn = a[q + 3][i];
    float zk = a[q][i + 1];
    float zl = a[q + 1][i + 1];
    float zm = a[q + 2][i + 1];
    float zn = a[q + 3][i + 1];
    for (int j = from; j < to; j++) {
      y[j] += (yk * k[j] + yl * l[j]) + (ym * m[j] + yn * n[j]);
      z[j] += (zk * k[j] + zl * l[j]) + (zm * m[j] + zn * n[j]);
    }
  }

  private static void addOne(float factor, float[] x, float[] y, int from, int to) {
    for (int j = from; j < to; j++) {
      y[j] += factor * x[j];
    }
  }

  /** Fills what lies below the diagonal; to be called once, when all is added. */
  void finish(boolean centred) {
    for (int i = 0; i < cols; i++) {
      for (int j = 0; centred && j <= i; j++) {
        gram[j][i] = (float) (gram[j][i] - sumX[j] * sumX[i] / count);
      }
      for (int j = 0; j < i; j++) {
        gram[i][j] = gram[j][i];
      }
    }
    for (int r = 0; centred && r < rows; r++) {
      for (int k = 0; k < cols; k++) {
        cross[r][k] = (float) (cross[r][k] - sumY[r] * sumX[k] / count);
      }
      squareY[r] = Math.max(0, squareY[r] - sumY[r] * sumY[r] / count);
    }
  }

  /** {@code X^T X}, symmetric. */
  float[][] gram() {
    return gram;
  }

  /** {@code X^T y} of one row. */
  float[] cross(int row) {
    return cross[row];
  }

  /** {@code y^T y} of one row. */
  double square(int row) {
    return squareY[row];
  }

  /** The mean output of a row less that of the given weights. */
  double meanError(int row, byte[] trits, float scale) {
    double sum = 0;
    for (int k = 0; k < cols; k++) {
      sum += trits[k] * sumX[k];
    }
    return (sumY[row] - scale * sum) / count;
  }
}
