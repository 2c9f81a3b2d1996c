package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.spi.Scratch;
import java.lang.foreign.MemorySegment;

/** One product: what its tokens have in common, whatever their type. */
abstract class Product {

  private static final int RESULT_BYTES = 4;
  private static final int ALIGNMENT = 64;

  /** About 2 microseconds, ten times what handing a part to a thread takes that is awake. */
  static final long PRODUCTS_A_PART = 1 << 20;

  /** Weights that stay in the first-level cache from one call to the next. */
  private static final long PANEL_BYTES_A_CALL = 8192;

  final PanelLayout layout;
  final Functions functions;
  final MemorySegment matrix;
  final Destination destination;
  final Scratch scratch;
  final int tokens;

  private final int elementBytes;
  private final int maxTokens;

  /** Memory that all workers see. */
  MemorySegment shared = MemorySegment.NULL;

  private long outAt;

  Product(Prepared prepared, Destination destination, Scratch scratch, Tokens tokens) {
    this.layout = prepared.layout();
    this.functions = prepared.functions();
    this.matrix = prepared.memory();
    this.destination = destination;
    this.scratch = scratch;
    this.tokens = tokens.count();
    this.elementBytes = tokens.elementBytes();
    this.maxTokens = tokens.atOnce();
  }

  /** A matrix in the memory of this tier. */
  record Prepared(PanelLayout layout, Functions functions, MemorySegment memory) {}

  /** How many tokens, of what size, and how many of them one function takes. */
  record Tokens(int count, int elementBytes, int atOnce) {}

  /** Bytes of work memory behind the tokens. */
  abstract long extraBytes();

  /** Copies and prepares the tokens at the start of {@link #shared}. */
  abstract void prepareTokens();

  abstract GeneratedFunction function(int tiles, int count);

  /** Sets the parameters that depend on the first token. */
  abstract void describe(MemorySegment parameters, int token);

  abstract void describeGroups(MemorySegment parameters);

  final void run() {
    if (tokens == 0 || layout.rows() == 0) {
      return;
    }
    outAt = align(tokenBytes()) + align(extraBytes());
    long outBytes = destination.staged() ? (long) tokens * layout.rows() * RESULT_BYTES : 0;
    shared = scratch.shared(outAt + outBytes);
    prepareTokens();
    int least = Parallelism.leastRows(PRODUCTS_A_PART, tokens, layout.cols());
    share(least);
    if (destination.staged()) {
      MemorySegment.copy(shared, outAt, destination.values(), 0, outBytes);
    }
  }

  /** Has the threads compute all parts, none of which has fewer than so many rows. */
  void share(int leastRows) {
    scratch.parallelism().forParts(layout.rows(), layout.panelRows(), leastRows, this::part);
  }

  final long tokenStride() {
    return (long) layout.paddedCols() * elementBytes;
  }

  /** Rows that the tokens take in work memory; what is in those beyond them does not matter. */
  int tokenRows() {
    return tokens;
  }

  final long tokenBytes() {
    return tokenRows() * tokenStride();
  }

  /** The memory that results go to. */
  final MemorySegment target() {
    return destination.staged() ? shared : destination.values();
  }

  /** Where in that memory the results of a token and a panel start. */
  final long targetAt(int panel, int token) {
    long at = (long) token * layout.rows() + (long) panel * layout.panelRows();
    return (destination.staged() ? outAt : 0) + at * RESULT_BYTES;
  }

  /** Copies what the last panel has, without the rows that nobody wants. */
  final void copyRows(MemorySegment from, long at, long stride, int panel, int token, int count) {
    long bytes = (long) (layout.rows() - panel * layout.panelRows()) * RESULT_BYTES;
    for (int t = 0; t < count; t++) {
      MemorySegment.copy(from, at + t * stride, target(), targetAt(panel, token + t), bytes);
    }
  }

  static long align(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  /** Copies all tokens, each group to the start of a block, and zeroes the padding. */
  final void copyTokens(MemorySegment from) {
    int groupCols = layout.groupCols();
    int paddedCols = layout.groupBlocks() * layout.code().blockCols();
    boolean whole = layout.groups() == 1 || groupCols == paddedCols;
    long rowBytes = (long) layout.cols() * elementBytes;
    for (int token = 0; token < tokens; token++) {
      long source = token * rowBytes;
      long target = token * tokenStride();
      if (whole) {
        copyPadded(from, source, rowBytes, target, tokenStride());
        continue;
      }
      for (int group = 0; group < layout.groups(); group++) {
        int cols = Math.min(groupCols, layout.cols() - group * groupCols);
        copyPadded(
            from,
            source + (long) group * groupCols * elementBytes,
            (long) cols * elementBytes,
            target + (long) group * paddedCols * elementBytes,
            (long) paddedCols * elementBytes);
      }
    }
  }

  private void copyPadded(MemorySegment from, long source, long bytes, long target, long padded) {
    MemorySegment.copy(from, source, shared, target, bytes);
    for (long at = bytes; at < padded; at++) {
      shared.set(JAVA_BYTE, target + at, (byte) 0);
    }
  }

  /** Computes the given rows for all tokens. */
  void part(int worker, int fromRow, int toRow) {
    long results = (long) maxTokens * layout.panelRows() * RESULT_BYTES;
    MemorySegment local =
        scratch.local(worker, Parameters.BYTES + Parameters.CONSTANT_BYTES + results);
    int first = fromRow / layout.panelRows();
    // Panels that end with the last row may have fewer tiles, or rows that nobody wants.
    int whole = toRow / layout.panelRows();
    int calls = Math.ceilDiv(tokens, maxTokens);
    if (calls == 1) {
      panels(local, first, whole - first, 0, tokens);
    } else {
      int step = (int) Math.max(1, PANEL_BYTES_A_CALL / layout.panelBytes());
      for (int panel = first; panel < whole; panel += step) {
        int count = Math.min(step, whole - panel);
        for (int call = 0; call < calls; call++) {
          panels(local, panel, count, tokenAt(call, calls), tokenAt(call + 1, calls));
        }
      }
    }
    if (whole * layout.panelRows() < toRow) {
      for (int call = 0; call < calls; call++) {
        lastPanel(local, whole, tokenAt(call, calls), tokenAt(call + 1, calls));
      }
    }
  }

  private int tokenAt(int call, int calls) {
    return (int) ((long) tokens * call / calls);
  }

  private void panels(MemorySegment local, int panel, int count, int token, int tokenEnd) {
    if (count > 0) {
      describe(local, panel, count, token);
      Parameters.OUT.set(local, targetAt(panel, token));
      Parameters.OUT_STRIDE.set(local, (long) layout.rows() * RESULT_BYTES);
      function(layout.panelTiles(), tokenEnd - token).call(local, matrix, shared, target());
    }
  }

  /** Through scratch memory, because the function stores whole tiles. */
  private void lastPanel(MemorySegment local, int panel, int token, int tokenEnd) {
    int tiles = layout.tilesOf(panel);
    long resultsAt = Parameters.BYTES + Parameters.CONSTANT_BYTES;
    long stride = (long) tiles * PanelLayout.TILE_ROWS * RESULT_BYTES;
    describe(local, panel, 1, token);
    Parameters.OUT.set(local, resultsAt);
    Parameters.OUT_STRIDE.set(local, stride);
    function(tiles, tokenEnd - token).call(local, matrix, shared, local);
    copyRows(local, resultsAt, stride, panel, token, tokenEnd - token);
  }

  private void describe(MemorySegment parameters, int panel, int count, int token) {
    Parameters.TABLES.set(parameters, functions.tables());
    Parameters.PANELS.set(parameters, count);
    Parameters.WEIGHTS.set(parameters, layout.weightsAt(panel));
    Parameters.SCALES.set(parameters, layout.scalesAt(panel));
    Parameters.BIAS.set(parameters, layout.biasAt(panel));
    Parameters.X.set(parameters, token * tokenStride());
    Parameters.X_STRIDE.set(parameters, tokenStride());
    describeGroups(parameters);
    describe(parameters, token);
  }
}
