package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.ternary.packed.Base243;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TwoBit;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Brings a matrix into a {@link PanelLayout}, on all cores where it is large. */
final class Repacker {

  /** 16 zero trits. */
  private static final int ZERO_WORD = 0x5555_5555;

  private static final long PARALLEL_BYTES = 1 << 18;
  private static final int MAX_PARTS = 256;
  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  /** The ten bits of the 2-bit packing for the five trits of each valid byte of base 243. */
  private static final short[] FIVE_CODES = fiveCodes();

  private final TernaryMatrix w;
  private final PanelLayout layout;
  private final MemorySegment target;
  private final GeneratedFunction scatter;

  private Repacker(TernaryMatrix w, Product.Prepared prepared) {
    this.w = w;
    this.layout = prepared.layout();
    this.target = prepared.memory();
    this.scatter = prepared.functions().scatter();
  }

  /** Fills the memory of {@code prepared}. */
  static void repack(TernaryMatrix w, Product.Prepared prepared) {
    var repacker = new Repacker(w, prepared);
    PanelLayout layout = prepared.layout();
    if (layout.cols() == 0 || layout.rows() == 0) {
      return;
    }
    int parts = layout.bytes() < PARALLEL_BYTES ? 1 : Math.min(MAX_PARTS, layout.tiles());
    IntStream.range(0, parts)
        .parallel()
        .forEach(part ->
            repacker.tiles(
                (int) ((long) layout.tiles() * part / parts),
                (int) ((long) layout.tiles() * (part + 1) / parts)));
  }

  private void tiles(int from, int to) {
    long rowBytes = 4L * layout.blocks();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = arena.allocate(Parameters.BYTES, PanelLayout.BLOCK_BYTES);
      MemorySegment rows =
          arena.allocate(PanelLayout.TILE_ROWS * rowBytes, PanelLayout.BLOCK_BYTES);
      int[] words = new int[layout.blocks()];
      Parameters.BLOCKS.set(parameters, layout.blocks());
      for (int tile = from; tile < to; tile++) {
        readRows(tile, rows, words);
        int panel = tile / layout.panelTiles();
        int tiles = layout.tilesOf(panel);
        int inPanel = tile % layout.panelTiles();
        Parameters.OUT.set(
            parameters, layout.weightsAt(panel) + (long) inPanel * PanelLayout.BLOCK_BYTES);
        Parameters.OUT_STRIDE.set(parameters, (long) tiles * PanelLayout.BLOCK_BYTES);
        scatter.call(parameters, MemorySegment.NULL, rows, target);
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

  /** The words of a tile's rows, one row after another. */
  private void readRows(int tile, MemorySegment rows, int[] words) {
    long rowBytes = 4L * layout.blocks();
    int first = tile * PanelLayout.TILE_ROWS;
    int count = Math.min(PanelLayout.TILE_ROWS, layout.rows() - first);
    if (w.packing() instanceof TwoBit && w.rowBytes() == rowBytes && !isRegrouped()) {
      MemorySegment.copy(w.codes(), first * rowBytes, rows, 0, count * rowBytes);
      return;
    }
    for (int lane = 0; lane < count; lane++) {
      Arrays.fill(words, ZERO_WORD);
      words(first + lane, words);
      MemorySegment.copy(words, 0, rows, WORD, lane * rowBytes, words.length);
    }
  }

  private void scales(int row, int panel, int tiles, int lane) {
    long at = layout.scalesAt(panel) + 4L * lane;
    for (int group = 0; group < layout.groups(); group++) {
      boolean real = row < layout.rows() && layout.cols() > 0;
      float scale = real ? w.scales().at(row, group * layout.groupCols(), layout.cols()) : 0;
      target.set(JAVA_FLOAT, at + 4L * group * tiles * PanelLayout.TILE_ROWS, scale);
    }
  }

  /** Whether groups end within a block, so that each has to be moved to a block of its own. */
  private boolean isRegrouped() {
    return layout.groups() > 1 && layout.groupCols() % PanelLayout.BLOCK_COLS != 0;
  }

  /** The codes of one row, 16 to a word, each group from a word of its own. */
  private void words(int row, int[] words) {
    if (isRegrouped()) {
      regroup(row, words);
      return;
    }
    switch (w.packing()) {
      case TwoBit() -> twoBitWords(row, words);
      case Base243() -> base243Words(row, words);
    }
  }

  private void twoBitWords(int row, int[] words) {
    long rowBytes = w.rowBytes();
    long at = row * rowBytes;
    int whole = (int) (rowBytes / 4);
    MemorySegment.copy(w.codes(), WORD, at, words, 0, whole);
    long left = rowBytes - 4L * whole;
    for (int i = 0; i < left; i++) {
      int shift = 8 * i;
      words[whole] &= ~(0xff << shift);
      words[whole] |= (w.codes().get(JAVA_BYTE, at + 4L * whole + i) & 0xff) << shift;
    }
  }

  private void base243Words(int row, int[] words) {
    long rowBytes = w.rowBytes();
    long at = row * rowBytes;
    long bits = 0;
    int count = 0;
    int next = 0;
    for (int i = 0; i < rowBytes; i++) {
      bits |= (long) FIVE_CODES[w.codes().get(JAVA_BYTE, at + i) & 0xff] << count;
      count += 10;
      if (count >= 32) {
        words[next++] = (int) bits;
        bits >>>= 32;
        count -= 32;
      }
    }
    // What is left may be nothing but the padding of the last byte.
    if (count > 0 && next < words.length) {
      words[next] = (int) bits | (ZERO_WORD << count);
    }
  }

  /** The slow way, for groups that do not end with a block. */
  private void regroup(int row, int[] words) {
    byte[] trits = new byte[layout.cols()];
    w.unpackRow(row, trits);
    for (int col = 0; col < trits.length; col++) {
      int group = col / layout.groupCols();
      int within = col % layout.groupCols();
      int word = group * layout.groupBlocks() + within / PanelLayout.BLOCK_COLS;
      int shift = 2 * (within % PanelLayout.BLOCK_COLS);
      words[word] = (words[word] & ~(3 << shift)) | ((trits[col] + 1) << shift);
    }
  }

  private static short[] fiveCodes() {
    short[] codes = new short[256];
    for (int b = 0; b < 243; b++) {
      int rest = b;
      for (int i = 0; i < 5; i++) {
        codes[b] |= (short) ((rest % 3) << (2 * i));
        rest /= 3;
      }
    }
    return codes;
  }
}
