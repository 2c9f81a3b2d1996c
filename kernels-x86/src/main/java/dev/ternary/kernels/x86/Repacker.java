package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.ternary.foreign.Rethrow;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Brings a matrix into a {@link PanelLayout}, on all cores where it is large. */
final class Repacker {

  private static final long PARALLEL_BYTES = 1 << 18;
  private static final int MAX_PARTS = 256;

  private final TernaryMatrix w;
  private final PanelLayout layout;
  private final MemorySegment target;
  private final Functions functions;

  private Repacker(TernaryMatrix w, Product.Prepared prepared) {
    this.w = w;
    this.layout = prepared.layout();
    this.target = prepared.memory();
    this.functions = prepared.functions();
  }

  /** Fills the memory of {@code prepared}. */
  static void repack(TernaryMatrix w, Product.Prepared prepared) {
    var repacker = new Repacker(w, prepared);
    PanelLayout layout = prepared.layout();
    if (layout.cols() == 0 || layout.rows() == 0) {
      return;
    }
    int parts =
        layout.bytes() < PARALLEL_BYTES || isOfOneThread(w.codes())
            ? 1
            : Math.min(MAX_PARTS, layout.tiles());
    var failure = new AtomicReference<@Nullable Throwable>();
    IntStream.range(0, parts).parallel().forEach(part -> repacker.part(part, parts, failure));
    @Nullable Throwable first = failure.get();
    if (first != null) {
      throw Rethrow.of(first);
    }
  }

  /** Whether codes are in memory that no thread but the caller may read. */
  private static boolean isOfOneThread(MemorySegment codes) {
    return !codes.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}));
  }

  /** Keeps what fails: a stream would not wait for the other parts, and they use the memory. */
  private void part(int part, int parts, AtomicReference<@Nullable Throwable> failure) {
    try {
      tiles(
          (int) ((long) layout.tiles() * part / parts),
          (int) ((long) layout.tiles() * (part + 1) / parts));
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  private void tiles(int from, int to) {
    long rowBytes = 4L * layout.blocks();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = arena.allocate(Parameters.BYTES, PanelLayout.BLOCK_BYTES);
      MemorySegment rows =
          arena.allocate(PanelLayout.TILE_ROWS * rowBytes, PanelLayout.BLOCK_BYTES);
      TileRows tileRows = tileRows(arena);
      Parameters.BLOCKS.set(parameters, layout.blocks());
      for (int tile = from; tile < to; tile++) {
        tileRows.read(tile, rows);
        int panel = tile / layout.panelTiles();
        int tiles = layout.tilesOf(panel);
        int inPanel = tile % layout.panelTiles();
        Parameters.OUT.set(
            parameters, layout.weightsAt(panel) + (long) inPanel * PanelLayout.BLOCK_BYTES);
        Parameters.OUT_STRIDE.set(parameters, (long) tiles * PanelLayout.BLOCK_BYTES);
        functions.scatter().call(parameters, MemorySegment.NULL, rows, target);
        for (int lane = 0; lane < PanelLayout.TILE_ROWS; lane++) {
          scales(
              tile * PanelLayout.TILE_ROWS + lane,
              panel,
              tiles,
              inPanel * PanelLayout.TILE_ROWS + lane);
        }
      }
    }
  }

  private TileRows tileRows(Arena arena) {
    return switch (layout.code()) {
      case TWO_BIT -> new TwoBitRows(w, layout);
      case FIVE_TRITS -> new FiveTritRows(w, layout, arena);
    };
  }

  private void scales(int row, int panel, int tiles, int lane) {
    long at = layout.scalesAt(panel) + 4L * lane;
    for (int group = 0; group < layout.groups(); group++) {
      boolean real = row < layout.rows() && layout.cols() > 0;
      float scale = real ? w.scales().at(row, group * layout.groupCols(), layout.cols()) : 0;
      target.set(JAVA_FLOAT, at + 4L * group * tiles * PanelLayout.TILE_ROWS, scale);
    }
  }
}
