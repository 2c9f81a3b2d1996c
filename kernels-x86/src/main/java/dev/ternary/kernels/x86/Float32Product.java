package dev.ternary.kernels.x86;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.spi.Scratch;
import java.lang.foreign.MemorySegment;

/** A product with float32 tokens. */
final class Float32Product extends Product {

  private final FloatMatrix x;
  private final Output output;

  Float32Product(
      Prepared prepared, FloatMatrix x, Output output, Destination destination, Scratch scratch) {
    super(
        prepared,
        destination,
        scratch,
        new Tokens(x.rows(), Float.BYTES, prepared.functions().maxFloatTokens(output)));
    this.x = x;
    this.output = output;
  }

  @Override
  long extraBytes() {
    return 0;
  }

  @Override
  void prepareTokens() {
    copyTokens(x.values());
  }

  @Override
  GeneratedFunction function(int tiles, int count) {
    return functions.float32(output, tiles, count);
  }

  @Override
  void describeGroups(MemorySegment parameters) {
    Parameters.GROUPS.set(parameters, layout.groups());
    Parameters.BLOCKS.set(parameters, layout.groupBlocks());
  }

  @Override
  void describe(MemorySegment parameters, int token) {}
}
