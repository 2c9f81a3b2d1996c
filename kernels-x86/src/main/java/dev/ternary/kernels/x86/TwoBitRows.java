package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Reads rows in {@link WeightCode#TWO_BIT}. */
final class TwoBitRows implements TileRows {

  private static final WeightCode CODE = WeightCode.TWO_BIT;

  /** 16 zero trits. */
  private static final int ZERO_WORD = 0x5555_5555;

  /** The ten bits of the 2-bit packing for the five trits of each valid byte of base 243. */
  private static final short[] FIVE_CODES = fiveCodes();

  private final TernaryMatrix w;
  private final PanelLayout layout;
  private final int[] rowWords;

  TwoBitRows(TernaryMatrix w, PanelLayout layout) {
    this.w = w;
    this.layout = layout;
    rowWords = new int[layout.blocks()];
  }

  @Override
  public void read(int tile, MemorySegment words) {
    long rowBytes = 4L * layout.blocks();
    int first = tile * PanelLayout.TILE_ROWS;
    int count = Math.min(PanelLayout.TILE_ROWS, layout.rows() - first);
    if (w.packing() instanceof Packing.TwoBit && w.rowBytes() == rowBytes && !isRegrouped()) {
      MemorySegment.copy(w.codes(), first * rowBytes, words, 0, count * rowBytes);
      return;
    }
    for (int lane = 0; lane < count; lane++) {
      Arrays.fill(rowWords, ZERO_WORD);
      words(first + lane, rowWords);
      MemorySegment.copy(rowWords, 0, words, LittleEndian.INT, lane * rowBytes, rowWords.length);
    }
  }

  /** Whether groups end within a block, so that each has to be moved to a block of its own. */
  private boolean isRegrouped() {
    return layout.groups() > 1 && layout.groupCols() % CODE.blockCols() != 0;
  }

  /** The codes of one row, 16 to a word, each group from a word of its own. */
  private void words(int row, int[] words) {
    if (isRegrouped()) {
      regroup(row, words);
      return;
    }
    switch (w.packing()) {
      case Packing.TwoBit() -> twoBitWords(row, words);
      case Packing.Base243() -> base243Words(row, words);
    }
  }

  private void twoBitWords(int row, int[] words) {
    long rowBytes = w.rowBytes();
    long at = row * rowBytes;
    int whole = (int) (rowBytes / 4);
    MemorySegment.copy(w.codes(), LittleEndian.INT, at, words, 0, whole);
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
      int word = group * layout.groupBlocks() + within / CODE.blockCols();
      int shift = 2 * (within % CODE.blockCols());
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
