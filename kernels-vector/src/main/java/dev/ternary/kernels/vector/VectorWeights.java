package dev.ternary.kernels.vector;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.spi.KernelWeights;
import dev.ternary.kernel.spi.Scratch;
import dev.ternary.packed.TernaryMatrix;

/** The weights of {@link VectorKernel}, and its products. */
final class VectorWeights implements KernelWeights {

  private final VectorPanels panels;

  VectorWeights(TernaryMatrix w, Epilogue epilogue) {
    panels = new VectorPanels(w, epilogue);
  }

  @Override
  public void sums(Int8Matrix x, IntMatrix sums, Scratch scratch) {
    new VectorProduct(panels, x, sums, scratch).run();
  }

  @Override
  public void scaled(Int8Matrix x, FloatMatrix y, Scratch scratch) {
    new VectorProduct(panels, x, y, scratch).run();
  }

  @Override
  public void floats(FloatMatrix x, FloatMatrix y, Scratch scratch) {
    new VectorProduct(panels, x, y, scratch).run();
  }

  @Override
  public void close() {
    panels.close();
  }
}
