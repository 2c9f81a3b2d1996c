package dev.ternary.kernels.x86;

import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.spi.Scratch;
import java.lang.foreign.MemorySegment;

/** A product with int8 tokens. */
class Int8Product extends Product {

  private final Int8Matrix x;
  private final Output output;
  private final int groups;
  private final int groupBlocks;

  Int8Product(
      Prepared prepared, Int8Matrix x, Output output, Destination destination, Scratch scratch) {
    super(
        prepared,
        destination,
        scratch,
        new Tokens(x.rows(), 1, prepared.functions().maxTokens(output, x.rows())));
    this.x = x;
    this.output = output;
    groups = output.grouped() ? layout.groups() : 1;
    groupBlocks = layout.blocks() / groups;
  }

  final Output output() {
    return output;
  }

  final int groups() {
    return groups;
  }

  final int groupBlocks() {
    return groupBlocks;
  }

  /** Offset of the negated sums of the tokens, group by group. */
  final long sumsAt() {
    return align(tokenBytes());
  }

  private long sumsBytes() {
    return 4L * groups * tokens;
  }

  /** Offset of the scales of the tokens. */
  final long tokenScalesAt() {
    return sumsAt() + align(sumsBytes());
  }

  @Override
  final long extraBytes() {
    return align(sumsBytes()) + 4L * tokens;
  }

  @Override
  final void prepareTokens() {
    copyTokens(x.values());
    MemorySegment.copy(x.scales(), 0, shared, tokenScalesAt(), 4L * tokens);
    orderTokens();
  }

  /** Brings the columns of the tokens into the order of the weights, and stores the sums. */
  void orderTokens() {
    MemorySegment parameters = scratch.local(0, Parameters.BYTES);
    Parameters.TOKENS.set(parameters, tokens);
    Parameters.X.set(parameters, 0);
    describeGroups(parameters);
    describe(parameters, 0);
    functions.preparation().run(parameters, shared);
  }

  @Override
  final GeneratedFunction function(int tiles, int count) {
    return functions.int8(output, tiles, count, groupBlocks);
  }

  @Override
  final void describeGroups(MemorySegment parameters) {
    Parameters.GROUPS.set(parameters, groups);
    Parameters.BLOCKS.set(parameters, groupBlocks);
  }

  @Override
  final void describe(MemorySegment parameters, int token) {
    Parameters.SUMS.set(parameters, sumsAt() + 4L * token);
    Parameters.SUMS_STRIDE.set(parameters, 4L * tokens);
    Parameters.TOKEN_SCALES.set(parameters, tokenScalesAt() + 4L * token);
  }
}
