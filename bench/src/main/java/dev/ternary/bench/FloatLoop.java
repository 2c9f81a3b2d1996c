package dev.ternary.bench;

/** What a Java program without this library would do: float32 weights and three loops. */
final class FloatLoop implements Contender {

  private final Product product;
  private final float[] weights;
  private final float[] y;

  FloatLoop(Product product) {
    this.product = product;
    weights = product.weights();
    y = new float[product.tokens * product.rows];
  }

  @Override
  public void run() {
    for (int token = 0; token < product.tokens; token++) {
      for (int row = 0; row < product.rows; row++) {
        float sum = 0;
        for (int col = 0; col < product.cols; col++) {
          sum += weights[row * product.cols + col] * product.x[token * product.cols + col];
        }
        y[token * product.rows + row] = sum;
      }
    }
  }

  @Override
  public float result(int token, int row) {
    return y[token * product.rows + row];
  }

  @Override
  public void close() {}
}
