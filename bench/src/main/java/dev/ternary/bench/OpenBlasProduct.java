package dev.ternary.bench;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.ternary.measure.OpenBlas;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/** The float32 product of the OpenBLAS that Maven brings, in memory that Java never copies. */
final class OpenBlasProduct implements Contender {

  private final Product product;
  private final OpenBlas blas;
  private final Arena arena;
  private final MemorySegment weights;
  private final MemorySegment x;
  private final MemorySegment y;

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  OpenBlasProduct(Product product, int threads) {
    this.product = product;
    blas = OpenBlas.load(library(), threads);
    arena = Arena.ofShared();
    weights = arena.allocateFrom(JAVA_FLOAT, product.weights());
    x = arena.allocateFrom(JAVA_FLOAT, product.x);
    y = arena.allocate(JAVA_FLOAT, (long) product.tokens * product.rows);
  }

  /** Unpacks the library and those that it needs beside it. */
  private static Path library() {
    // Its loader gives the library this name.
    return Path.of(Loader.load(openblas_nolapack.class))
        .resolveSibling("libopenblas_nolapack.so.0");
  }

  @Override
  public void run() {
    blas.product(product.tokens, product.rows, product.cols, weights, x, y);
  }

  @Override
  public float result(int token, int row) {
    return y.getAtIndex(JAVA_FLOAT, (long) token * product.rows + row);
  }

  @Override
  public void close() {
    arena.close();
  }
}
