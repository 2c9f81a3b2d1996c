package dev.ternary.kernel;

import dev.ternary.packed.TernaryMatrix;

/** The plain-Java kernel: the reference for all others, and what runs where nothing faster can. */
final class ScalarKernel implements TernaryKernel {

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public PreparedMatrix prepare(TernaryMatrix w, Epilogue epilogue) {
    return PreparedMatrix.of(w, epilogue, ScalarWeights::new);
  }
}
