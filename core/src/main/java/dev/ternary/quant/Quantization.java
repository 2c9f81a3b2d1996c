package dev.ternary.quant;

import dev.ternary.packed.Granularity;
import dev.ternary.packed.MatrixPacker;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.packed.TritCounts;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * One tensor on its way to trits: chunks of whole rows, which any thread may take. What the report
 * sums in the order of the weights does not depend on the threads: a group's error is summed by the
 * thread that has it, and the squares of all weights by one thread, be it beside the others.
 */
final class Quantization {

  /** Weights in a chunk at least: less is not worth handing over. */
  private static final int CHUNK = 1 << 16;

  /** Weights in a chunk at most: what was read of a mapped file is given back by the chunk. */
  private static final int LARGEST_CHUNK = 1 << 20;

  private static final int INFINITY = 0x7f800000;

  private final ThresholdRule rule;
  private final Granularity granularity;
  private final String name;
  private final Tensor weights;
  private final int rows;
  private final int cols;
  private final int count;

  /** Columns of a group; all of them where a scale is for the row or the tensor. */
  private final int groupCols;

  private final MatrixPacker packer;
  private final float[] scales;
  private final double[] errors;
  private final boolean[] zeroRows;
  private final LongAdder sum = new LongAdder();
  private final LongAdder nonZeros = new LongAdder();
  private volatile boolean finite = true;
  private double energy;

  /**
   * Checks the weights' shape.
   *
   * @throws IllegalArgumentException if the rank is below 2 or an array cannot hold the weights
   */
  Quantization(
      ThresholdRule rule, Granularity granularity, Packing packing, String name, Tensor weights) {
    Shape shape = weights.shape();
    if (shape.rank() < 2) {
      throw new IllegalArgumentException(
          "tensor '" + name + "' of shape " + shape + " is no weight: rank 2 or more is needed");
    }
    if (shape.elements() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("shape " + shape + " has too many elements for an array");
    }
    this.rule = rule;
    this.granularity = granularity;
    this.name = name;
    this.weights = weights;
    rows = Math.toIntExact(shape.dim(0));
    cols = Math.toIntExact(TernaryTensor.cols(shape));
    count = Math.toIntExact(shape.elements());
    groupCols =
        switch (granularity) {
          case Granularity.PerTensor(), Granularity.PerRow() -> cols;
          case Granularity.PerGroup(int ofGroup) -> ofGroup;
        };
    scales = new float[Math.toIntExact(granularity.count(rows, cols))];
    errors = new double[scales.length];
    zeroRows = new boolean[rows];
    packer = new MatrixPacker(rows, cols, packing);
  }

  /** Quantizes on so many threads of the common pool, this one among them. */
  Quantized run(int threads) {
    Optional<Fit> whole = wholeFit();
    int chunkRows = chunkRows(threads);
    int chunks = Math.ceilDiv(rows, chunkRows);
    int workers = Math.clamp(chunks, 1, threads);
    if (workers == 1) {
      var worker = new Worker(whole);
      worker.rows(0, rows);
      energy = worker.finish();
      whole.ifPresent(_ -> errors[0] = worker.loss.squaredError);
    } else {
      var next = new AtomicInteger();
      IntStream.range(0, workers)
          .parallel()
          .forEach(number -> {
            if (number == 0) {
              sumInOrder(whole);
            }
            var worker = new Worker(whole);
            for (int c = next.getAndIncrement(); c < chunks; c = next.getAndIncrement()) {
              worker.rows(c * chunkRows, Math.min(rows, (c + 1) * chunkRows));
            }
            worker.finish();
          });
    }
    Group.unload(weights);
    if (!finite) {
      throw notFinite();
    }
    return result();
  }

  /** The fit of all weights where one scale is for the tensor. */
  private Optional<Fit> wholeFit() {
    return switch (granularity) {
      case Granularity.PerTensor() -> {
        Fit fit = Fitting.fit(rule, new Group(weights).at(0, count));
        scales[0] = fit.scale();
        yield Optional.of(fit);
      }
      case Granularity.PerRow(), Granularity.PerGroup _ -> Optional.empty();
    };
  }

  private int chunkRows(int threads) {
    int chunk = Math.clamp(count / (8L * threads), CHUNK, LARGEST_CHUNK);
    return Math.max(1, chunk / Math.max(1, cols));
  }

  /** What one thread must sum for all, beside the others. */
  private void sumInOrder(Optional<Fit> whole) {
    Group all = new Group(weights).at(0, count);
    if (whole.isPresent()) {
      var loss = new Group.Loss();
      all.lose(whole.get(), loss);
      energy = loss.energy;
      errors[0] = loss.squaredError;
    } else {
      energy = all.addSquares(0);
    }
  }

  /** Does chunks, one after the other, with memory of its own. */
  private final class Worker {

    private final Optional<Fit> whole;
    private final Group group = new Group(weights);
    private final byte[] trits = new byte[cols];
    private final Group.Loss loss = new Group.Loss();

    Worker(Optional<Fit> whole) {
      this.whole = whole;
    }

    void rows(int from, int to) {
      for (int row = from; row < to && finite; row++) {
        long before = loss.nonZeros;
        int groups = groupCols == 0 ? 1 : Math.ceilDiv(cols, groupCols);
        for (int g = 0; g < groups; g++) {
          group(row, g * groupCols, g);
        }
        zeroRows[row] = cols > 0 && loss.nonZeros == before;
        packer.row(row, trits, 0);
        if (loss.largest >= INFINITY) {
          finite = false;
        }
      }
    }

    private void group(int row, int col, int number) {
      int start = row * cols + col;
      group.at(start, start + Math.min(groupCols, cols - col));
      if (whole.isPresent()) {
        group.ternarize(whole.get(), trits, col, loss);
        return;
      }
      Fit fit = Fitting.fit(rule, group);
      int index = row * (scales.length / rows) + number;
      scales[index] = fit.scale();
      loss.squaredError = 0;
      group.ternarize(fit, trits, col, loss);
      errors[index] = loss.squaredError;
    }

    /** Adds up what can be in any order; returns the sum of squares of what was done. */
    double finish() {
      sum.add(loss.sum);
      nonZeros.add(loss.nonZeros);
      return loss.energy;
    }
  }

  private Quantized result() {
    TernaryMatrix matrix = packer.matrix(Scales.of(granularity, scales));
    double squaredError = 0;
    for (double error : errors) {
      squaredError += error;
    }
    long positives = (nonZeros.sum() + sum.sum()) / 2;
    long negatives = nonZeros.sum() - positives;
    return new Quantized(
        new TernaryTensor(weights.shape(), matrix),
        new QuantizationReport(
            name,
            weights.shape(),
            rule + " per " + granularity,
            new TritCounts(negatives, count - nonZeros.sum(), positives),
            energy == 0 ? 0 : squaredError / energy,
            zeroRows(),
            4L * count,
            matrix.packedBytes()));
  }

  private List<Integer> zeroRows() {
    var numbers = new ArrayList<Integer>();
    for (int row = 0; row < rows; row++) {
      if (zeroRows[row]) {
        numbers.add(row);
      }
    }
    return numbers;
  }

  private IllegalArgumentException notFinite() {
    for (int i = 0; i < count; i++) {
      float w = weights.getFloat(i);
      if (!Float.isFinite(w)) {
        return new IllegalArgumentException(
            "tensor '" + name + "' has " + w + " at index " + Shape.of(weights.shape().indexOf(i)));
      }
    }
    throw new AssertionError("all weights of '" + name + "' are finite");
  }
}
