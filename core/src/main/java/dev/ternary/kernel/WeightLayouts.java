package dev.ternary.kernel;

import java.util.List;

/**
 * A kernel that knows several layouts of weights and chooses one for each matrix. Results are the
 * same with all of them; benchmarks compare how fast they are.
 */
public interface WeightLayouts {

  /**
   * A kernel for each layout that can be used here, which takes that layout for every matrix that
   * it can hold. Its name is that of this kernel, a space and that of the layout.
   */
  List<TernaryKernel> layouts();
}
