package dev.ternary.kernel.conv;

import java.lang.foreign.MemorySegment;

/**
 * Copies what lies under the window into rows of a matrix (im2col): row {@code p} is the patch of
 * output position {@code p}; padding gives zeros. Elements are float32 or int8, as the images have
 * them. Immutable.
 */
interface Patches {

  /** The convolution that these are the patches of. */
  ConvShape shape();

  /** Bytes of {@link Images#prepared} that one image takes. */
  long imageBytes(int elementBytes);

  /** Fills {@link Images#prepared}. */
  void prepare(Images images);

  /**
   * Fills {@code columns}.
   *
   * @param columns {@code [positions, patch]}, all overwritten
   */
  void copy(Images images, ConvMethod.Piece piece, MemorySegment columns);
}
