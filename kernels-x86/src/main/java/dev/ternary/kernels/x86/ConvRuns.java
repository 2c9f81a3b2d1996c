package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A window as runs of elements that lie side by side in an image whose channels lie last: the rows
 * of the window, or its pixels where those do not touch. A step takes four bytes, or one float.
 *
 * @param pieces what generated code goes through: runs, or parts of them
 */
record ConvRuns(List<Piece> pieces) {

  /** Offset of the bytes from where the run before has ended to where this one starts. */
  static final int DISTANCE = 0;

  /** Offset of the number of steps. */
  static final int STEPS = 8;

  /** Offset of the bytes of weights behind those of the run that nothing is multiplied with. */
  static final int SKIP = 16;

  /** Offset of whether sums of words must be added up now. */
  static final int FLUSH = 24;

  /** Bytes of a window that a step takes. */
  static final int STEP_BYTES = 4;

  /** Steps before sums of words could overflow: {@code 64 * 510 = 32640}. */
  static final int MAX_WORD_STEPS = 64;

  /** Bytes of one. */
  static final int BYTES = 32;

  /** Columns of a run start at a multiple of this many. */
  static final int COLUMNS = 4;

  /**
   * A part of a run.
   *
   * @param offset of its first byte from that of the window
   * @param steps how many
   * @param skipped steps of weights behind it that are not used
   * @param flush whether sums of words must be added up behind it
   */
  record Piece(int offset, int steps, int skipped, boolean flush) {}

  /** The runs of floats of a window in an image with its padding. */
  static ConvRuns ofFloats(ConvShape shape, boolean packed) {
    return of(shape, false, false, packed);
  }

  /** The runs of bytes of a window, which are multiplied into words if {@code words}. */
  static ConvRuns ofBytes(ConvShape shape, boolean words) {
    return of(shape, true, words, true);
  }

  private static ConvRuns of(ConvShape shape, boolean int8, boolean words, boolean packed) {
    int length = length(shape);
    int steps = int8 ? Math.ceilDiv(length, COLUMNS) : length;
    int skipped = int8 ? 0 : paddedLength(shape, packed) - length;
    int most = words ? MAX_WORD_STEPS : steps;
    var pieces = new ArrayList<Piece>();
    int inWords = 0;
    for (int run = 0; run < count(shape); run++) {
      for (int from = 0; from < steps; from += most) {
        int part = Math.min(most, steps - from);
        if (words && inWords + part > most) {
          Piece last = pieces.removeLast();
          pieces.add(new Piece(last.offset(), last.steps(), last.skipped(), true));
          inWords = 0;
        }
        inWords += part;
        int offset = offset(shape, run) * (int8 ? 1 : Float.BYTES) + from * STEP_BYTES;
        pieces.add(new Piece(offset, part, from + part == steps ? skipped : 0, false));
      }
    }
    return new ConvRuns(List.copyOf(pieces));
  }

  private static boolean rowsTouch(ConvShape shape) {
    ConvGeometry g = shape.geometry();
    return g.groups() == 1 && (g.dilationW() == 1 || shape.kernelW() == 1);
  }

  /** How many runs a window has. */
  static int count(ConvShape shape) {
    return rowsTouch(shape) ? shape.kernelH() : shape.kernelH() * shape.kernelW();
  }

  /** Elements of a run. */
  static int length(ConvShape shape) {
    return shape.patch() / count(shape);
  }

  /** Elements from the first of a window to the first of a run. */
  private static int offset(ConvShape shape, int run) {
    ConvGeometry g = shape.geometry();
    int kernelW = rowsTouch(shape) ? 1 : shape.kernelW();
    return run / kernelW * g.dilationH() * rowElements(shape)
        + run % kernelW * g.dilationW() * shape.channels();
  }

  /** Elements of a row of an image with its padding. */
  static int rowElements(ConvShape shape) {
    return (shape.width() + 2 * shape.geometry().padW()) * shape.channels();
  }

  /** Rows of an image with its padding. */
  static int rows(ConvShape shape) {
    return shape.height() + 2 * shape.geometry().padH();
  }

  /**
   * Columns of weights that one run takes: where trits are packed, a multiple of {@link #COLUMNS}.
   */
  static int paddedLength(ConvShape shape, boolean packed) {
    int length = length(shape);
    return packed ? Math.ceilDiv(length, COLUMNS) * COLUMNS : length;
  }

  /** Steps that generated code may take at a time. */
  int unroll() {
    for (int unroll = 4; unroll > 1; unroll--) {
      int by = unroll;
      if (pieces.stream().allMatch(piece -> piece.steps() % by == 0)) {
        return unroll;
      }
    }
    return 1;
  }

  /** Whether sums of words are added up before the end. */
  boolean flushes() {
    return pieces.stream().anyMatch(Piece::flush);
  }

  /** Bytes of what {@link #store} writes. */
  long bytes() {
    return (long) BYTES * pieces.size();
  }

  /**
   * Writes what generated code reads.
   *
   * @param stepWeights bytes of weights that a step has
   */
  void store(MemorySegment to, int stepWeights) {
    int end = 0;
    long at = 0;
    for (Piece piece : pieces) {
      to.set(JAVA_LONG, at + DISTANCE, (long) piece.offset() - end);
      to.set(JAVA_LONG, at + STEPS, piece.steps());
      to.set(JAVA_LONG, at + SKIP, (long) piece.skipped() * stepWeights);
      to.set(JAVA_LONG, at + FLUSH, piece.flush() ? 1 : 0);
      end = piece.offset() + piece.steps() * STEP_BYTES;
      at += BYTES;
    }
  }
}
