package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.ReadableWeights;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** A matrix in a {@link PanelLayout}. */
final class X86Matrix implements PreparedMatrix, ReadableWeights {

  /** Blocks that an AMX tile is wide. */
  private static final int TILE_BLOCKS = 4;

  private final Optional<AmxFunctions> amx;
  private final Epilogue epilogue;
  private final PanelLayout layout;

  /** What products with float32 results store. */
  private final Output output;

  private final Product.Prepared prepared;
  private final Lease lease;

  /**
   * What a kernel gives its matrices.
   *
   * @param choice is told how much memory is in use
   */
  record Means(Functions functions, Optional<AmxFunctions> amx, CodeChoice choice) {}

  @SuppressWarnings("MustBeClosedChecker") // closed by the lease
  X86Matrix(TernaryMatrix w, Epilogue epilogue, Means means) {
    epilogue.checkRows(w.rows());
    amx = means.amx();
    Functions functions = means.functions();
    this.epilogue = epilogue;
    layout =
        PanelLayout.of(
            w, functions.code(), functions.isa().panelTiles, amx.isPresent() ? TILE_BLOCKS : 1);
    output = Output.of(layout.groups() > 1, epilogue);
    long bytes = layout.bytes() + (output.biased() ? layout.biasBytes() : 0);
    Arena arena = Arena.ofShared();
    lease =
        new Lease(() -> {
          means.choice().count(-layout.bytes());
          arena.close();
        });
    means.choice().count(layout.bytes());
    try {
      prepared = new Product.Prepared(layout, functions, WeightMemory.allocate(arena, bytes));
      Repacker.repack(w, prepared);
      storeBias();
    } catch (RuntimeException | Error e) {
      lease.close();
      throw e;
    }
  }

  private void storeBias() {
    if (output.biased()) {
      MemorySegment bias = prepared.memory().asSlice(layout.biasAt(0), layout.biasBytes());
      bias.fill((byte) 0);
      for (int row = 0; row < layout.rows(); row++) {
        bias.setAtIndex(JAVA_FLOAT, row, epilogue.biasAt(row));
      }
    }
  }

  @Override
  public int rows() {
    return layout.rows();
  }

  @Override
  public int cols() {
    return layout.cols();
  }

  @Override
  public void matMul(Int8Matrix x, IntMatrix sums, Workspace workspace) {
    PreparedMatrix.checkShapes(this, x.rows(), x.cols(), sums.rows(), sums.cols());
    run(
        workspace,
        () -> {
          if (layout.cols() == 0) {
            sums.values().fill((byte) 0);
          } else {
            product(x, Output.SUMS, Destination.of(sums.values()), workspace).run();
          }
        });
  }

  @Override
  public void matMul(Int8Matrix x, FloatMatrix y, Workspace workspace) {
    PreparedMatrix.checkShapes(this, x.rows(), x.cols(), y.rows(), y.cols());
    run(
        workspace,
        () -> {
          if (layout.cols() == 0) {
            // A sum of nothing is 0, and still takes the sign of its token's scale.
            fillEmptySums(y, token -> 0 * x.scale(token));
          } else {
            product(x, output, Destination.of(y.values()), workspace).run();
          }
        });
  }

  @Override
  public void matMul(FloatMatrix x, FloatMatrix y, Workspace workspace) {
    PreparedMatrix.checkShapes(this, x.rows(), x.cols(), y.rows(), y.cols());
    run(
        workspace,
        () -> {
          if (layout.cols() == 0) {
            fillEmptySums(y, _ -> 0);
          } else {
            new Float32Product(prepared, x, output, Destination.of(y.values()), workspace).run();
          }
        });
  }

  @Override
  public long weightBytes() {
    return layout.bytes();
  }

  @Override
  public void readWeights(Workspace workspace) {
    int pieces = Math.toIntExact(layout.weightBytes() / WeightReading.PIECE);
    run(
        workspace,
        () ->
            workspace
                .parallelism()
                .forParts(
                    pieces, 1, (worker, from, to) -> readPieces(workspace, worker, from, to)));
  }

  private void readPieces(Workspace workspace, int worker, int from, int to) {
    if (from < to) {
      MemorySegment parameters = workspace.local(worker, Parameters.BYTES);
      Parameters.WEIGHTS.set(parameters, (long) from * WeightReading.PIECE);
      Parameters.BLOCKS.set(parameters, to - from);
      prepared
          .functions()
          .reading()
          .call(parameters, prepared.memory(), MemorySegment.NULL, MemorySegment.NULL);
    }
  }

  private Product product(
      Int8Matrix x, Output output, Destination destination, Workspace workspace) {
    return amx.isPresent() && AmxProduct.fits(layout, output, x.rows())
        ? new AmxProduct(prepared, amx.get(), x, output, destination, workspace)
        : new Int8Product(prepared, x, output, destination, workspace);
  }

  private interface TokenValue {
    float of(int token);
  }

  private void fillEmptySums(FloatMatrix y, TokenValue value) {
    for (int token = 0; token < y.rows(); token++) {
      for (int row = 0; row < y.cols(); row++) {
        y.set(token, row, epilogue.apply(value.of(token), row));
      }
    }
  }

  private void run(Workspace workspace, Runnable product) {
    lease.acquire();
    try {
      workspace.begin();
      try {
        product.run();
      } finally {
        workspace.end();
      }
    } finally {
      lease.release();
    }
  }

  @Override
  public void close() {
    lease.close();
  }
}
