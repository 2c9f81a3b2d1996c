package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.stream.IntStream;

/** Turns the packed rows of a matrix into {@link Codes}, on all cores where it is large. */
final class Repacker {

  private static final long PARALLEL_BYTES = 1 << 18;
  private static final int MAX_PARTS = 256;

  /** What a word reads beyond its first bit: it may begin anywhere in a byte. */
  private static final int SPARE_BYTES = Integer.BYTES;

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(int[].class, LITTLE_ENDIAN);

  private final TernaryMatrix w;
  private final ColumnBlock[] blocks;
  private final MemorySegment codes;
  private final int rowBytes;

  /** The scratch of one thread: the packed rows of a tile, and the codes of one of its blocks. */
  private static final class Scratch {
    private final byte[] rows;
    private final byte[] trits;
    private final byte[] codes = new byte[Codes.UNIT_BYTES * Codes.MAX_UNITS];

    Scratch(int rowBytes, int cols) {
      rows = new byte[Math.multiplyExact(TILE_ROWS, rowBytes)];
      trits = new byte[cols];
    }
  }

  /**
   * Repacks {@code w}.
   *
   * @param blocks its columns
   * @param codes where to put the codes
   */
  Repacker(TernaryMatrix w, ColumnBlock[] blocks, MemorySegment codes) {
    this.w = w;
    this.blocks = blocks;
    this.codes = codes;
    rowBytes = Math.toIntExact(Packing.twoBit().rowBytes(w.cols()) + SPARE_BYTES);
  }

  void run() {
    int tiles = Math.ceilDiv(w.rows(), TILE_ROWS);
    int parts =
        codes.byteSize() < PARALLEL_BYTES || isOfOneThread(w.codes())
            ? 1
            : Math.min(MAX_PARTS, tiles);
    IntStream.range(0, parts)
        .parallel()
        .forEach(part ->
            tiles((int) ((long) tiles * part / parts), (int) ((long) tiles * (part + 1) / parts)));
  }

  /** Whether codes are in memory that no thread but the caller may read. */
  private static boolean isOfOneThread(MemorySegment codes) {
    return !codes.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}));
  }

  private void tiles(int from, int to) {
    var scratch = new Scratch(rowBytes, w.cols());
    for (int tile = from; tile < to; tile++) {
      int count = Math.min(TILE_ROWS, w.rows() - tile * TILE_ROWS);
      for (int lane = 0; lane < count; lane++) {
        readRow(tile * TILE_ROWS + lane, lane * rowBytes, scratch);
      }
      for (ColumnBlock block : blocks) {
        encode(block, scratch);
        MemorySegment.copy(
            scratch.codes,
            0,
            codes,
            ValueLayout.JAVA_BYTE,
            block.offset() + tile * block.tileBytes(),
            (int) block.tileBytes());
      }
    }
  }

  /** Two bits for each trit of a row, to {@code at}. */
  private void readRow(int row, int at, Scratch scratch) {
    switch (w.packing()) {
      case Packing.TwoBit() ->
          MemorySegment.copy(
              w.codes(),
              ValueLayout.JAVA_BYTE,
              row * w.rowBytes(),
              scratch.rows,
              at,
              (int) w.rowBytes());
      case Packing.Base243() -> {
        w.unpackRow(row, scratch.trits);
        MemorySegment rows = MemorySegment.ofArray(scratch.rows);
        Packing.twoBit().packRow(scratch.trits, 0, w.cols(), rows, at);
      }
    }
  }

  private void encode(ColumnBlock block, Scratch scratch) {
    int whole = block.cols() / Codes.UNIT_COLS;
    for (int unit = 0; unit < whole; unit++) {
      encodeUnit(scratch, block.firstCol() + unit * Codes.UNIT_COLS, unit);
    }
    int left = block.cols() - whole * Codes.UNIT_COLS;
    if (left > 0) {
      encodeRest(scratch, block.firstCol() + whole * Codes.UNIT_COLS, left, whole);
    }
  }

  private void encodeUnit(Scratch scratch, int col, int unit) {
    byte[] rows = scratch.rows;
    int shift = 2 * (col % 4);
    for (int lane = 0; lane < TILE_ROWS; lane++) {
      int packed = (int) WORDS.get(rows, lane * rowBytes + col / 4);
      Codes.put(scratch.codes, unit, lane, Codes.encode(packed >>> shift));
    }
  }

  private void encodeRest(Scratch scratch, int col, int count, int unit) {
    int shift = 2 * (col % 4);
    for (int lane = 0; lane < TILE_ROWS; lane++) {
      int packed = (int) WORDS.get(scratch.rows, lane * rowBytes + col / 4);
      Codes.put(scratch.codes, unit, lane, Codes.encode(packed >>> shift, count));
    }
  }
}
