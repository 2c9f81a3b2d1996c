package dev.ternary.kernel.conv;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.conv.Patches.Piece;
import java.lang.foreign.MemorySegment;

/** Multiplies patches with the weights of their group, and adds the bias. Immutable. */
interface PatchProducts extends AutoCloseable {

  /**
   * Multiplies the patches of one piece.
   *
   * @param columns {@code [positions, patch]}, elements as the images have them
   * @param sums {@code [positions, output channels of the group]}, overwritten
   */
  void multiply(Images images, int worker, Piece piece, MemorySegment columns, FloatMatrix sums);

  /** Frees the weights. */
  @Override
  void close();
}
