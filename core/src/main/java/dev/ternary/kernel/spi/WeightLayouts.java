package dev.ternary.kernel.spi;

import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import java.util.List;

/**
 * A kernel that knows several layouts of weights and chooses one for each matrix. With int8
 * activations results are the same bits with all of them, with float32 activations they differ
 * within the bound of {@link PreparedMatrix}. Benchmarks compare how fast they are.
 */
public interface WeightLayouts {

  /**
   * A kernel for each layout that can be used here, which takes that layout for every matrix that
   * it can hold; its name ends with that of the layout. This kernel itself if there is only one.
   */
  List<TernaryKernel> layouts();
}
