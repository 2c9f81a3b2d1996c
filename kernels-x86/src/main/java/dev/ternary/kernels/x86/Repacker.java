package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.ternary.packed.Base243;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TwoBit;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Brings a matrix into a {@link PanelLayout}, on all cores where it is large. */
final class Repacker {

  /** 16 zero trits. */
  private static final int ZERO_WORD = 0x5555_5555;

  private static final long PARALLEL_BYTES = 1 << 18;
  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  /** The ten bits of the 2-bit packing for the five trits of each valid byte of base 243. */
  private static final short[] FIVE_CODES = fiveCodes();

  private final TernaryMatrix w;
  private final PanelLayout layout;
  private final MemorySegment target;

  private Repacker(TernaryMatrix w, PanelLayout layout, MemorySegment target) {
    this.w = w;
    this.layout = layout;
    this.target = target;
  }

  /** Fills {@code target}, which has {@link PanelLayout#bytes} bytes. */
  static void repack(TernaryMatrix w, PanelLayout layout, MemorySegment target) {
    var repacker = new Repacker(w, layout, target);
    IntStream tiles = IntStream.range(0, layout.tiles());
    if (layout.bytes() >= PARALLEL_BYTES) {
      tiles = tiles.parallel();
    }
    tiles.forEach(repacker::tile);
  }

  private void tile(int tile) {
    int[] words = new int[layout.blocks()];
    int panel = tile / layout.panelTiles();
    int tiles = layout.tilesOf(panel);
    int inPanel = tile % layout.panelTiles();
    long at = layout.weightsAt(panel) + (long) inPanel * PanelLayout.BLOCK_BYTES;
    for (int lane = 0; lane < PanelLayout.TILE_ROWS; lane++) {
      int row = tile * PanelLayout.TILE_ROWS + lane;
      Arrays.fill(words, ZERO_WORD);
      if (row < layout.rows()) {
        words(row, words);
      }
      scatter(words, at + 4L * lane, (long) tiles * PanelLayout.BLOCK_BYTES);
      scales(row, panel, tiles, inPanel * PanelLayout.TILE_ROWS + lane);
    }
  }

  private void scatter(int[] words, long at, long step) {
    for (int word : words) {
      target.set(WORD, at, word);
      at += step;
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

  /** The codes of one row, 16 to a word, each group from a word of its own. */
  private void words(int row, int[] words) {
    if (layout.groups() > 1 && layout.groupCols() % PanelLayout.BLOCK_COLS != 0) {
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
