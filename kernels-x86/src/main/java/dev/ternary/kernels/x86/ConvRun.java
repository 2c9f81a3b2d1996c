package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.spi.ConvolutionCall;
import dev.ternary.kernel.spi.Scratch;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** One call of a convolution. */
final class ConvRun {

  /** What images that are prepared at a time take for each thread, unless one takes more. */
  private static final long IMAGE_BYTES = 512 << 10;

  /** Unpacked weights of so many bytes stay in the second-level cache beside the images. */
  private static final long WEIGHT_BYTES = 256 << 10;

  /** Rows of input and output that all panels go through before the next. */
  private static final long ROW_BYTES = 256 << 10;

  /** About 5 microseconds. */
  private static final long PRODUCTS_A_PART = 1 << 20;

  private final ConvWeights w;
  private final ConvolutionCall call;
  private final ConvShape shape;
  private final Scratch scratch;
  private final ConvInput input;
  private final boolean bytes;
  private final ConvVariant.Kind kind;
  private final ConvMaxima maxima;
  private final ConvStage stage;
  private final List<List<ConvSplit>> splits;

  ConvRun(ConvWeights w, ConvolutionCall call, Scratch scratch) {
    this.w = w;
    this.call = call;
    this.scratch = scratch;
    shape = w.shape;
    kind = w.kind(call.int8());
    bytes = kind == ConvVariant.Kind.BYTES;
    input = new ConvInput(call, w.depthwise, w.functions.quantizer(), scratch);
    maxima = new ConvMaxima(call, scratch.parallelism().threads());
    stage = new ConvStage(call);
    splits =
        List.of(
            ConvSplit.of(shape.outWidth(), w.functions.maxTokens(bytes, 1)),
            ConvSplit.of(shape.outWidth(), w.functions.maxTokens(bytes, 2)));
  }

  void run() {
    int threads = scratch.parallelism().threads();
    long each = Math.max(1, input.bytes(1) + stage.bytes(1));
    int atOnce = Math.clamp(threads * IMAGE_BYTES / each, threads, Integer.MAX_VALUE);
    atOnce = Math.min(atOnce, call.images());
    place(atOnce);
    for (int first = 0; first < call.images(); first += atOnce) {
      int count = Math.min(atOnce, call.images() - first);
      stage.load(first, count);
      maxima.clear();
      input.load(first, count, stage.x(), stage.xAt());
      multiply(count);
      maxima.store(first, count);
      stage.store(count);
    }
  }

  private void place(int count) {
    long scaleBytes = Product.align(2L * Float.BYTES * count);
    long inputAt = scaleBytes;
    long maximaAt = inputAt + Product.align(input.bytes(count));
    long stageAt = maximaAt + Product.align(maxima.bytes(count));
    MemorySegment shared = scratch.shared(stageAt + stage.bytes(count));
    input.place(shared.asSlice(inputAt, input.bytes(count)), shared.asSlice(0, scaleBytes));
    maxima.place(shared.asSlice(maximaAt, maxima.bytes(count)), count);
    stage.place(shared.asSlice(stageAt, stage.bytes(count)), count);
  }

  private void multiply(int count) {
    int threads = scratch.parallelism().threads();
    int panels = w.panels.size();
    int rows = Math.multiplyExact(count, shape.outHeight());
    if (count < threads && panels >= threads && unpackedBytes(0, panels) > WEIGHT_BYTES) {
      // Unpacking is shared too.
      long each = Math.max(1, count * shape.products() / panels);
      int least = (int) Math.ceilDiv(PRODUCTS_A_PART, each);
      scratch
          .parallelism()
          .forParts(panels, 1, least, (worker, from, to) -> part(worker, 0, rows, from, to));
      return;
    }
    long each = Math.max(1, shape.products() / shape.outHeight());
    int least = (int) Math.ceilDiv(PRODUCTS_A_PART, each);
    scratch
        .parallelism()
        .forParts(
            rows,
            count >= threads ? shape.outHeight() : 1,
            least,
            (worker, from, to) -> part(worker, from, to, 0, panels));
  }

  private long unpackedBytes(int from, int to) {
    long total = 0;
    for (int p = from; p < to; p++) {
      total += w.panelBytes(w.panels.get(p), bytes);
    }
    return total;
  }

  /** Rows of the output, those of all loaded images counted through, and some panels. */
  private void part(int worker, int from, int to, int firstPanel, int endPanel) {
    int rowsAtOnce = rowsAtOnce();
    for (int first = firstPanel; first < endPanel; ) {
      int end = first + 1;
      while (end < endPanel && unpackedBytes(first, end + 1) <= WEIGHT_BYTES) {
        end++;
      }
      long unpacked = w.dense ? 0 : unpackedBytes(first, end);
      MemorySegment local = scratch.local(worker, ConvParameters.BYTES + unpacked);
      unpack(local, first, end);
      for (int i = 0; i < 16; i++) {
        local.set(JAVA_INT, ConvParameters.ABSOLUTE + 4L * i, Integer.MAX_VALUE);
      }
      for (int row = from; row < to; ) {
        int image = row / shape.outHeight();
        int left = (image + 1) * shape.outHeight() - row;
        int count = Math.min(Math.min(left, to - row), rowsAtOnce);
        panels(local, worker, first, end, new Rows(image, row % shape.outHeight(), count));
        row += count;
      }
      first = end;
    }
  }

  /** Rows of the output of one image. */
  private record Rows(int image, int first, int count) {}

  private int rowsAtOnce() {
    long each =
        input.rowBytes() * shape.geometry().strideH()
            + (long) Float.BYTES * shape.outWidth() * shape.outChannels();
    return Math.clamp(ROW_BYTES / each, 1, Integer.MAX_VALUE);
  }

  private void unpack(MemorySegment local, int first, int end) {
    if (w.dense) {
      return;
    }
    long at = ConvParameters.BYTES;
    ConvParameters.COUNT.set(local, w.blocks());
    ConvParameters.X_STRIDE.set(local, w.tileBytes());
    for (int p = first; p < end; p++) {
      ConvPanel panel = w.panels.get(p);
      long tileAt = panel.tile() * w.tileBytes();
      w.functions
          .unpacking(bytes, panel.vectors())
          .call(local, w.weights.asSlice(tileAt), local.asSlice(at), w.functions.unpackingTables());
      at += w.panelBytes(panel, bytes);
    }
  }

  private void panels(MemorySegment local, int worker, int first, int end, Rows rows) {
    long weights =
        w.dense
            ? w.weights.address() + unpackedBytes(0, first)
            : local.address() + ConvParameters.BYTES;
    ConvParameters.IMAGE_SCALE.set(local, call.int8() ? input.scale(rows.image()) : 1);
    ConvParameters.MAXIMA.set(local, maxima.address(worker, rows.image()));
    ConvParameters.OUT_STRIDE.set(local, (long) Float.BYTES * shape.outChannels());
    long pixel = (long) shape.channels() * input.elementBytes();
    ConvParameters.X_STRIDE.set(local, shape.geometry().strideW() * pixel);
    ConvParameters.X_ROW.set(local, shape.geometry().strideH() * input.rowBytes());
    for (int p = first; p < end; p++) {
      ConvPanel panel = w.panels.get(p);
      ConvParameters.WEIGHTS.set(local, weights);
      ConvParameters.ROW_DATA.set(local, w.rows.address() + (long) panel.tile() * ConvRows.BYTES);
      ConvParameters.RUNS.set(local, w.runTable(bytes, panel.vectors()).address());
      ConvParameters.RUN_COUNT.set(local, w.runs(bytes).pieces().size());
      setLanes(local, panel);
      for (ConvSplit split : splits.get(panel.vectors() - 1)) {
        compute(local, panel, split, rows);
      }
      weights += w.panelBytes(panel, bytes);
    }
  }

  private boolean tail(ConvPanel panel) {
    int vectorBytes = w.functions.isa().vectorBytes;
    return panel.lastLanes(vectorBytes) * Float.BYTES < vectorBytes;
  }

  private void setLanes(MemorySegment local, ConvPanel panel) {
    if (tail(panel)) {
      int lanes = panel.lastLanes(w.functions.isa().vectorBytes);
      ConvParameters.LANES.set(local, (1L << lanes) - 1);
      for (int i = 0; i < 16; i++) {
        local.set(JAVA_INT, ConvParameters.LANE_MASK + 4L * i, i < lanes ? -1 : 0);
      }
    }
  }

  private void compute(MemorySegment local, ConvPanel panel, ConvSplit split, Rows rows) {
    long pixel = (long) shape.channels() * input.elementBytes();
    long xStride = shape.geometry().strideW() * pixel;
    long x =
        input.start(rows.image())
            + rows.first() * (shape.geometry().strideH() * input.rowBytes())
            + split.first() * xStride
            + (long) w.firstChannel(panel) * input.elementBytes();
    int position = rows.first() * shape.outWidth() + split.first();
    long out =
        Float.BYTES
            * ((long) rows.image() * shape.outSize()
                + (long) position * shape.outChannels()
                + panel.first());
    long left = shape.outWidth() - (long) split.blocks() * split.tokens();
    ConvParameters.ROWS.set(local, rows.count());
    ConvParameters.BLOCKS.set(local, split.blocks());
    ConvParameters.X.set(local, x);
    ConvParameters.X_BLOCK.set(local, split.tokens() * xStride);
    ConvParameters.OUT.set(local, stage.yAt() + out);
    ConvParameters.OUT_ROW.set(local, left * Float.BYTES * shape.outChannels());
    ConvParameters.ADDEND.set(local, stage.addendAt() + out);
    var end =
        new ConvVariant.End(
            call.addend().isPresent(), w.relu, call.y().maxima().isPresent(), tail(panel));
    var variant =
        new ConvVariant(
            kind, panel.vectors(), split.tokens(), w.unroll(bytes), end, w.flushes(bytes));
    w.functions.convolution(variant).call(local, input.memory(), stage.y(), stage.addend());
  }
}
