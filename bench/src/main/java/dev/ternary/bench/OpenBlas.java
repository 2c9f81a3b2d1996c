package dev.ternary.bench;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas.cblas_sgemv;

import org.bytedeco.javacpp.FloatPointer;

/** The float32 product of OpenBLAS, in memory that Java never copies. */
final class OpenBlas implements Contender {

  private final Product product;
  private final FloatPointer weights;
  private final FloatPointer x;
  private final FloatPointer y;

  OpenBlas(Product product, int threads) {
    this.product = product;
    blas_set_num_threads(threads);
    weights = new FloatPointer(product.weights());
    x = new FloatPointer(product.x);
    y = new FloatPointer((long) product.tokens * product.rows);
  }

  @Override
  public void run() {
    int n = product.rows;
    int k = product.cols;
    if (product.tokens == 1) {
      cblas_sgemv(CblasRowMajor, CblasNoTrans, n, k, 1, weights, k, x, 1, 0, y, 1);
    } else {
      int m = product.tokens;
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, x, k, weights, k, 0, y, n);
    }
  }

  @Override
  public float result(int token, int row) {
    return y.get((long) token * product.rows + row);
  }

  @Override
  public void close() {
    weights.close();
    x.close();
    y.close();
  }
}
