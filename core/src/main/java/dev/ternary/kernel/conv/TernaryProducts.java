package dev.ternary.kernel.conv;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.Patches.Piece;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Products with ternary weights, a prepared matrix a group. */
final class TernaryProducts implements PatchProducts {

  private final PreparedMatrix[] groups;

  TernaryProducts(TernaryKernel kernel, TernaryMatrix weights, Epilogue bias, int count) {
    int rows = weights.rows() / count;
    groups = new PreparedMatrix[count];
    for (int g = 0; g < count; g++) {
      int from = g * rows;
      groups[g] = kernel.prepare(weights.rows(from, from + rows), bias.rows(from, from + rows));
    }
  }

  @Override
  public void multiply(
      Images images, int worker, Piece piece, MemorySegment columns, FloatMatrix sums) {
    PreparedMatrix group = groups[piece.group()];
    int count = piece.count();
    if (!images.call().int8()) {
      var tokens = new FloatMatrix(count, group.cols(), columns);
      group.matMul(tokens, sums, images.workspace().products(worker));
      return;
    }
    float[] scales = images.workspace().floats(worker, 0, count);
    Arrays.fill(scales, 0, count, images.scale(piece.image()));
    MemorySegment scaleBytes = MemorySegment.ofArray(scales).asSlice(0, (long) Float.BYTES * count);
    var tokens = new Int8Matrix(count, group.cols(), columns, scaleBytes);
    group.matMul(tokens, sums, images.workspace().products(worker));
  }

  @Override
  public void close() {
    for (PreparedMatrix group : groups) {
      group.close();
    }
  }
}
