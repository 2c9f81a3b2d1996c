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
  private final Choice choice;

  VectorWeights(TernaryMatrix w, Epilogue epilogue, Choice choice) {
    panels = new VectorPanels(w, epilogue);
    this.choice = choice;
    if (choice == Choice.FASTER) {
      WarmUp.begin();
    }
  }

  @Override
  public void sums(Int8Matrix x, IntMatrix sums, Scratch scratch) {
    run(Operands.sums(panels, x, sums), scratch);
  }

  @Override
  public void scaled(Int8Matrix x, FloatMatrix y, Scratch scratch) {
    run(Operands.scaled(panels, x, y), scratch);
  }

  @Override
  public void floats(FloatMatrix x, FloatMatrix y, Scratch scratch) {
    run(Operands.floats(panels, x, y), scratch);
  }

  private void run(Operands operands, Scratch scratch) {
    if (choice.isVector(operands.floats() ? Form.FLOAT32 : Form.INT8)) {
      boolean together = VectorProduct.tabulates(operands) && choice.isVector(Form.MANY_INT8);
      new VectorProduct(operands, together, scratch).run();
    } else {
      new PlainProduct(operands).run(scratch.parallelism());
    }
  }

  @Override
  public void close() {
    panels.close();
    if (choice == Choice.FASTER) {
      WarmUp.end();
    }
  }
}
