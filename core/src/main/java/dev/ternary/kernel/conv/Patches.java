package dev.ternary.kernel.conv;

import java.lang.foreign.MemorySegment;

/**
 * Copies what lies under the window into rows of a matrix (im2col): row {@code p} is the patch of
 * output position {@code p}; padding gives zeros.
 */
interface Patches {

  /**
   * Fills {@code columns}.
   *
   * @param x images
   * @param image element index in {@code x} of the first channel of the group
   * @param from the first output position
   * @param columns {@code [positions, patch]}, all overwritten
   */
  void copy(MemorySegment x, long image, int from, int positions, MemorySegment columns);
}
