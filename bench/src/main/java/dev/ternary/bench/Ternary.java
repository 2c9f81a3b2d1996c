package dev.ternary.bench;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A kernel of this library. With int8 activations the time includes quantizing them. */
@SuppressWarnings("MustBeClosedChecker") // closed by close()
final class Ternary implements Contender {

  private final Arena arena = Arena.ofShared();
  private final TernaryKernel kernel;
  private final Parallelism parallelism;
  private final Workspace workspace;
  private final PreparedMatrix w;
  private final Activations activations;
  private final FloatMatrix x;
  private final Int8Matrix q;
  private final FloatMatrix y;

  Ternary(Product product, String kernelName, Activations activations, int threads) {
    this.activations = activations;
    kernel = Kernels.named(kernelName);
    parallelism = Parallelism.of(threads);
    workspace = new Workspace(parallelism);
    w = kernel.prepare(product.packed());
    x = FloatMatrix.allocate(arena, product.tokens, product.cols);
    x.values().copyFrom(MemorySegment.ofArray(product.x));
    q = Int8Matrix.allocate(arena, product.tokens, product.cols);
    y = FloatMatrix.allocate(arena, product.tokens, product.rows);
  }

  @Override
  public void run() {
    switch (activations) {
      case INT8 -> {
        kernel.quantize(x, q);
        w.matMul(q, y, workspace);
      }
      case FLOAT32 -> w.matMul(x, y, workspace);
    }
  }

  @Override
  public float result(int token, int row) {
    return y.get(token, row);
  }

  @Override
  public void close() {
    w.close();
    workspace.close();
    parallelism.close();
    arena.close();
  }
}
