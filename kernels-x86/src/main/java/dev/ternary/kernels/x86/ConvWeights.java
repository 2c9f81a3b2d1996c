package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * The weights of a convolution. Trits are packed in 2 bits and unpacked into scratch memory, some
 * panels at a time, in each call: that takes less than a hundredth of the time of the products, and
 * a quarter or a sixteenth of the memory. Floats are kept as generated code reads them.
 */
final class ConvWeights implements AutoCloseable {

  /** Sums of bytes up to 255 times so many weights fit 32 bits. */
  private static final int MAX_PATCH = 1 << 22;

  /** Sums of so many bytes are exact as floats. */
  private static final int MAX_DEPTHWISE_PATCH = 1 << 16;

  private static final int TILE = PanelLayout.TILE_ROWS;

  /** 16 zero trits. */
  private static final int ZERO_WORD = 0x5555_5555;

  final ConvShape shape;
  final ConvFunctions functions;
  final List<ConvPanel> panels;
  final boolean dense;
  final boolean depthwise;
  final boolean relu;

  /** The packed tiles, or the floats of the panels. */
  final MemorySegment weights;

  /** {@link ConvRows}. */
  final MemorySegment rows;

  private final int groups;
  private final ConvRuns[] runs;
  private final int[] unrolls;
  private final boolean flushes;
  private final MemorySegment[][] runTables = new MemorySegment[2][ConvPanel.VECTORS];

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  private final Arena arena = Arena.ofShared();

  private ConvWeights(ConvFunctions functions, ConvShape shape, Epilogue epilogue, boolean dense) {
    this.functions = functions;
    this.shape = shape;
    this.dense = dense;
    relu = epilogue.hasRelu();
    depthwise = isDepthwise(shape);
    // Channels by themselves are computed side by side.
    groups = depthwise ? 1 : shape.geometry().groups();
    panels = ConvPanel.of(groups, shape.outChannels() / groups, functions.isa().vectorBytes);
    runs =
        new ConvRuns[] {
          ConvRuns.ofFloats(shape, !dense), ConvRuns.ofBytes(shape, functions.words())
        };
    unrolls = new int[] {runs[0].unroll(), runs[1].unroll()};
    flushes = runs[1].flushes();
    for (int kind = 0; kind < 2; kind++) {
      for (int v = 0; v < ConvPanel.VECTORS; v++) {
        runTables[kind][v] = arena.allocate(runs[kind].bytes(), Long.BYTES);
        runs[kind].store(runTables[kind][v], stepBytes(v + 1));
      }
    }
    rows = arena.allocate((long) tiles() * ConvRows.BYTES, 64);
    storeBias(epilogue);
    long bytes = dense ? panels.stream().mapToLong(this::denseBytes).sum() : tiles() * tileBytes();
    weights = WeightMemory.allocate(arena, bytes);
  }

  /** Whether generated code can compute it. */
  static boolean fits(ConvShape shape) {
    double image = shape.paddedSize() * Float.BYTES; // may be more than any integer holds
    boolean loops = shape.channels() == shape.geometry().groups() && shape.channels() > 1;
    return (!loops || isDepthwise(shape))
        && shape.patch() <= (loops ? MAX_DEPTHWISE_PATCH : MAX_PATCH)
        && image <= Math.min(Integer.MAX_VALUE, 16L * shape.inSize() + (64 << 10));
  }

  /** Whether each channel makes one channel. */
  private static boolean isDepthwise(ConvShape shape) {
    return shape.channels() == shape.geometry().groups()
        && shape.channels() == shape.outChannels()
        && shape.channels() > 1;
  }

  /** Packs trits whose columns have the order row, column, channel. */
  static ConvWeights of(
      ConvFunctions functions, TernaryMatrix w, Epilogue epilogue, ConvShape shape) {
    var prepared = new ConvWeights(functions, shape, epilogue, isDepthwise(shape));
    try {
      if (prepared.dense) {
        prepared.layTrits(w);
      } else {
        prepared.pack(w);
      }
    } catch (RuntimeException | Error e) {
      prepared.close();
      throw e;
    }
    return prepared;
  }

  /** Lays floats out whose columns have the order row, column, channel. */
  static ConvWeights of(ConvFunctions functions, float[] w, Epilogue epilogue, ConvShape shape) {
    var prepared = new ConvWeights(functions, shape, epilogue, true);
    try {
      float[] scales = new float[shape.outChannels()];
      Arrays.fill(scales, 1);
      prepared.lay(w, scales);
    } catch (RuntimeException | Error e) {
      prepared.close();
      throw e;
    }
    return prepared;
  }

  /** What generated code multiplies. */
  ConvVariant.Kind kind(boolean int8) {
    if (depthwise) {
      return int8 ? ConvVariant.Kind.ROUNDED_CHANNELS : ConvVariant.Kind.CHANNELS;
    }
    return int8 ? ConvVariant.Kind.BYTES : ConvVariant.Kind.FLOATS;
  }

  /** The first input channel of a panel. */
  int firstChannel(ConvPanel panel) {
    return depthwise ? panel.first() : panel.group() * (shape.channels() / groups);
  }

  private int groupTiles() {
    return Math.ceilDiv(shape.outChannels() / groups, TILE);
  }

  private int tiles() {
    return groupTiles() * groups;
  }

  private int columns() {
    return ConvRuns.count(shape) * ConvRuns.paddedLength(shape, !dense);
  }

  /** Blocks of 16 columns in a tile. */
  int blocks() {
    return Math.ceilDiv(columns(), WeightCode.TWO_BIT.blockCols());
  }

  /** Bytes of a packed tile. */
  long tileBytes() {
    return (long) blocks() * PanelLayout.BLOCK_BYTES;
  }

  private int stepBytes(int vectors) {
    return vectors * functions.isa().vectorBytes;
  }

  /** Bytes of a panel as generated code reads it. */
  long panelBytes(ConvPanel panel, boolean int8) {
    if (dense) {
      return denseBytes(panel);
    }
    int blockSteps = WeightCode.TWO_BIT.blockCols() / (int8 ? ConvRuns.COLUMNS : 1);
    return (long) blocks() * blockSteps * stepBytes(panel.vectors());
  }

  private long denseBytes(ConvPanel panel) {
    return (long) columns() * stepBytes(panel.vectors());
  }

  int unroll(boolean int8) {
    return unrolls[int8 ? 1 : 0];
  }

  boolean flushes(boolean int8) {
    return int8 && flushes;
  }

  ConvRuns runs(boolean int8) {
    return runs[int8 ? 1 : 0];
  }

  MemorySegment runTable(boolean int8, int vectors) {
    return runTables[int8 ? 1 : 0][vectors - 1];
  }

  /** Offset in {@link #rows} of an output channel. */
  private long rowAt(int channel, int kind) {
    int perGroup = shape.outChannels() / groups;
    int row = channel % perGroup;
    int tile = channel / perGroup * groupTiles() + row / TILE;
    return (long) tile * ConvRows.BYTES + kind + (long) Float.BYTES * (row % TILE);
  }

  private void storeBias(Epilogue epilogue) {
    rows.fill((byte) 0);
    // -0 changes nothing, not even a -0; before ReLU there must be none.
    float none = epilogue.hasRelu() ? 0f : -0f;
    for (int channel = 0; channel < shape.outChannels(); channel++) {
      float bias = epilogue.hasBias() ? epilogue.biasAt(channel) : none;
      rows.set(JAVA_FLOAT, rowAt(channel, ConvRows.BIASES), bias);
    }
  }

  private void pack(TernaryMatrix w) {
    int perGroup = shape.outChannels() / groups;
    int length = ConvRuns.length(shape);
    int padded = ConvRuns.paddedLength(shape, true);
    int[] words = new int[blocks()];
    Arrays.fill(words, ZERO_WORD);
    weights.fill((byte) ZERO_WORD);
    w.forEachRow((channel, trits) -> {
      Arrays.fill(words, ZERO_WORD);
      int sum = 0;
      for (int col = 0; col < trits.length; col++) {
        sum += trits[col];
        int at = col / length * padded + col % length;
        int shift = 8 * (at % ConvRuns.COLUMNS) + 2 * (at % 16 / ConvRuns.COLUMNS);
        words[at / 16] += trits[col] << shift;
      }
      int row = channel % perGroup;
      int tile = channel / perGroup * groupTiles() + row / TILE;
      long to = tile * tileBytes() + (long) PanelLayout.ROW_BYTES * (row % TILE);
      for (int block = 0; block < words.length; block++) {
        weights.set(JAVA_INT, to + (long) block * PanelLayout.BLOCK_BYTES, words[block]);
      }
      rows.set(JAVA_FLOAT, rowAt(channel, ConvRows.SCALES), w.scales().at(channel, 0, w.cols()));
      rows.set(JAVA_INT, rowAt(channel, ConvRows.STARTS), -128 * sum);
    });
  }

  private void layTrits(TernaryMatrix w) {
    float[] scales = new float[w.rows()];
    for (int channel = 0; channel < scales.length; channel++) {
      scales[channel] = w.scales().at(channel, 0, w.cols());
    }
    lay(w.withScales(Scales.perTensor(1)).toFloatArray(), scales);
  }

  private void lay(float[] w, float[] scales) {
    weights.fill((byte) 0);
    long start = 0;
    for (ConvPanel panel : panels) {
      for (int row = 0; row < panel.channels(); row++) {
        int channel = panel.first() + row;
        rows.set(JAVA_FLOAT, rowAt(channel, ConvRows.SCALES), scales[channel]);
        for (int col = 0; col < shape.patch(); col++) {
          long to = start + (long) col * stepBytes(panel.vectors()) + (long) Float.BYTES * row;
          weights.set(JAVA_FLOAT, to, w[channel * shape.patch() + col]);
        }
      }
      start += denseBytes(panel);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
