package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Parallelism;
import java.lang.foreign.MemorySegment;

/**
 * Turns images between the orders {@code [channel, position]} and {@code [position, channel]},
 * through arrays, in which loops are several times faster than in memory segments.
 *
 * @param images how many
 * @param channels of an image
 * @param positions of an image
 */
record Turning(int images, int channels, int positions) {

  /** Floats that are turned at once stay in the first-level cache. */
  private static final int BLOCK = 4096;

  private static final int FLOATS_A_PART = 8192;

  /** From {@code [channel, position]}, which starts at a byte, to {@code [position, channel]}. */
  void toLast(MemorySegment from, long fromByte, MemorySegment to, ConvWorkspace workspace) {
    forBlocks(
        workspace,
        (worker, first, block, count) -> {
          float[] given = workspace.floats(worker, 0, channels * count);
          float[] turned = workspace.floats(worker, 1, channels * count);
          for (int channel = 0; channel < channels; channel++) {
            long at = first + (long) channel * positions + block;
            MemorySegment.copy(
                from,
                JAVA_FLOAT_UNALIGNED,
                fromByte + Float.BYTES * at,
                given,
                channel * count,
                count);
          }
          turn(given, turned, channels, count);
          long at = first + (long) block * channels;
          MemorySegment.copy(
              turned, 0, to, JAVA_FLOAT_UNALIGNED, Float.BYTES * at, channels * count);
        });
  }

  /** From {@code [position, channel]} to {@code [channel, position]}, which starts at a byte. */
  void toFirst(MemorySegment from, MemorySegment to, long toByte, ConvWorkspace workspace) {
    forBlocks(
        workspace,
        (worker, first, block, count) -> {
          float[] given = workspace.floats(worker, 0, channels * count);
          float[] turned = workspace.floats(worker, 1, channels * count);
          long source = first + (long) block * channels;
          MemorySegment.copy(
              from, JAVA_FLOAT_UNALIGNED, Float.BYTES * source, given, 0, channels * count);
          turn(given, turned, count, channels);
          for (int channel = 0; channel < channels; channel++) {
            long at = first + (long) channel * positions + block;
            MemorySegment.copy(
                turned,
                channel * count,
                to,
                JAVA_FLOAT_UNALIGNED,
                toByte + Float.BYTES * at,
                count);
          }
        });
  }

  /** {@code [rows, cols]} to {@code [cols, rows]}. */
  private static void turn(float[] from, float[] to, int rows, int cols) {
    int at = 0;
    for (int col = 0; col < cols; col++) {
      for (int i = col; i < rows * cols; i += cols) {
        to[at++] = from[i];
      }
    }
  }

  private interface Block {
    void run(int worker, long first, int block, int count);
  }

  private void forBlocks(ConvWorkspace workspace, Block block) {
    int size = Math.clamp(BLOCK / channels, 8, Math.max(8, positions));
    int blocks = Math.ceilDiv(positions, size);
    int least = Parallelism.leastRows(FLOATS_A_PART, channels, size);
    workspace
        .parallelism()
        .forParts(
            Math.multiplyExact(images, blocks),
            1,
            least,
            (worker, from, to) -> {
              for (int i = from; i < to; i++) {
                int start = i % blocks * size;
                long first = (long) (i / blocks) * channels * positions;
                block.run(worker, first, start, Math.min(size, positions - start));
              }
            });
  }
}
