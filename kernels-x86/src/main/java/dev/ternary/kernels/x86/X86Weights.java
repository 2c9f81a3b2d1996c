package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.spi.ReadableWeights;
import dev.ternary.kernel.spi.Scratch;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Weights in a {@link PanelLayout}. */
final class X86Weights implements ReadableWeights {

  /** Blocks that an AMX tile is wide. */
  private static final int TILE_BLOCKS = 4;

  private final Optional<AmxFunctions> amx;
  private final PanelLayout layout;

  /** What products with float32 results store. */
  private final Output output;

  private final Product.Prepared prepared;
  private final CodeChoice choice;

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  private final Arena arena = Arena.ofShared();

  /**
   * What a kernel gives its matrices.
   *
   * @param choice is told how much memory is in use
   */
  record Means(Functions functions, Optional<AmxFunctions> amx, CodeChoice choice) {}

  X86Weights(TernaryMatrix w, Epilogue epilogue, Means means) {
    amx = means.amx();
    Functions functions = means.functions();
    layout =
        PanelLayout.of(
            w, functions.code(), functions.isa().panelTiles, amx.isPresent() ? TILE_BLOCKS : 1);
    output = Output.of(layout.groups() > 1, epilogue);
    long bytes = layout.bytes() + (output.biased() ? layout.biasBytes() : 0);
    choice = means.choice();
    choice.count(layout.bytes());
    try {
      prepared = new Product.Prepared(layout, functions, WeightMemory.allocate(arena, bytes));
      Repacker.repack(w, prepared);
      storeBias(epilogue);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void storeBias(Epilogue epilogue) {
    if (output.biased()) {
      MemorySegment bias = prepared.memory().asSlice(layout.biasAt(0), layout.biasBytes());
      bias.fill((byte) 0);
      for (int row = 0; row < layout.rows(); row++) {
        bias.setAtIndex(JAVA_FLOAT, row, epilogue.biasAt(row));
      }
    }
  }

  @Override
  public void sums(Int8Matrix x, IntMatrix sums, Scratch scratch) {
    multiply(x, Output.SUMS, sums.values(), scratch);
  }

  @Override
  public void scaled(Int8Matrix x, FloatMatrix y, Scratch scratch) {
    multiply(x, output, y.values(), scratch);
  }

  @Override
  public void floats(FloatMatrix x, FloatMatrix y, Scratch scratch) {
    new Float32Product(prepared, x, output, Destination.of(y.values()), scratch).run();
  }

  @Override
  public long weightBytes() {
    return layout.bytes();
  }

  @Override
  public void readWeights(Scratch scratch) {
    int pieces = Math.toIntExact(layout.weightBytes() / WeightReading.PIECE);
    scratch
        .parallelism()
        .forParts(pieces, 1, (worker, from, to) -> readPieces(scratch, worker, from, to));
  }

  private void readPieces(Scratch scratch, int worker, int from, int to) {
    if (from < to) {
      MemorySegment parameters = scratch.local(worker, Parameters.BYTES);
      Parameters.WEIGHTS.set(parameters, (long) from * WeightReading.PIECE);
      Parameters.BLOCKS.set(parameters, to - from);
      prepared
          .functions()
          .reading()
          .call(parameters, prepared.memory(), MemorySegment.NULL, MemorySegment.NULL);
    }
  }

  /** The first tokens by tables where these pay, the others a few at a time. */
  private void multiply(Int8Matrix x, Output output, MemorySegment results, Scratch scratch) {
    int byTables = SumProduct.tokens(prepared, output, x.rows(), scratch.parallelism());
    if (byTables == 0) {
      product(x, output, Destination.of(results), scratch).run();
      return;
    }
    Int8Matrix first = tokens(x, 0, byTables);
    new SumProduct(prepared, first, output, Destination.of(results), scratch).run();
    if (byTables < x.rows()) {
      Int8Matrix rest = tokens(x, byTables, x.rows());
      MemorySegment to = results.asSlice(4L * byTables * layout.rows());
      product(rest, output, Destination.of(to), scratch).run();
    }
  }

  private static Int8Matrix tokens(Int8Matrix x, int from, int to) {
    int count = to - from;
    if (count == x.rows()) {
      return x;
    }
    return new Int8Matrix(
        count,
        x.cols(),
        x.values().asSlice((long) from * x.cols(), (long) count * x.cols()),
        x.scales().asSlice(4L * from, 4L * count));
  }

  private Product product(Int8Matrix x, Output output, Destination destination, Scratch scratch) {
    return amx.isPresent() && AmxProduct.fits(layout, output, x.rows())
        ? new AmxProduct(prepared, amx.get(), x, output, destination, scratch)
        : new Int8Product(prepared, x, output, destination, scratch);
  }

  @Override
  public void close() {
    choice.count(-layout.bytes());
    arena.close();
  }
}
