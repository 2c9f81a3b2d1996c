package dev.ternary.quant;

import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;

/**
 * Turns float weights into ternary ones. Immutable; the {@code per...} and {@code packed} methods
 * return a changed copy.
 *
 * @param rule where the threshold lies
 * @param granularity which weights share threshold and scale
 * @param packing how the trits are packed
 */
public record Quantizer(ThresholdRule rule, Granularity granularity, Packing packing) {

  /** A fixed threshold with scale 1; see {@link ThresholdRule.Absolute}. */
  public static Quantizer absolute(float threshold) {
    return of(new ThresholdRule.Absolute(threshold));
  }

  /** BitNet b1.58: half the mean absolute weight, one scale for the tensor. */
  public static Quantizer absmean() {
    return absmean(0.5f);
  }

  /** {@code ratio} times the mean absolute weight; see {@link ThresholdRule.Absmean}. */
  public static Quantizer absmean(float ratio) {
    return of(new ThresholdRule.Absmean(ratio));
  }

  /** Ternary weight networks with the paper's ratio 0.7. */
  public static Quantizer twn() {
    return twn(0.7f);
  }

  /** Ternary weight networks; see {@link ThresholdRule.Twn}. */
  public static Quantizer twn(float ratio) {
    return of(new ThresholdRule.Twn(ratio));
  }

  /** The least squared error; see {@link ThresholdRule.Optimal}. */
  public static Quantizer optimal() {
    return of(new ThresholdRule.Optimal());
  }

  /** The given rule with one scale for the tensor, packed two bits a trit. */
  public static Quantizer of(ThresholdRule rule) {
    return new Quantizer(rule, Granularity.tensor(), Packing.twoBit());
  }

  /** One scale for the tensor. */
  public Quantizer perTensor() {
    return with(Granularity.tensor());
  }

  /** One scale for each row, that is each output channel. */
  public Quantizer perRow() {
    return with(Granularity.row());
  }

  /** One scale for each {@code cols} neighbouring inputs of a row. */
  public Quantizer perGroup(int cols) {
    return with(Granularity.group(cols));
  }

  /** Another granularity. */
  public Quantizer with(Granularity other) {
    return new Quantizer(rule, other, packing);
  }

  /** Another packing. */
  public Quantizer packed(Packing other) {
    return new Quantizer(rule, granularity, other);
  }

  /**
   * Quantizes a weight tensor of rank 2 or more: dimension 0 gives the rows, the product of the
   * others the columns, so {@code [out, in, height, width]} of a convolution becomes {@code [out,
   * in * height * width]}.
   *
   * <p>Large tensors are worked at by the common pool, with the same result and report on any
   * number of threads. Weights in a mapped file do not stay in memory: what was read is unloaded.
   *
   * @param name the tensor's name, for the report and for errors
   * @throws IllegalArgumentException if the rank is below 2, a weight is NaN or infinite (the
   *     message gives name and index), or there are more weights than an array holds
   */
  public Quantized quantize(String name, Tensor weights) {
    return new Quantization(rule, granularity, packing, name, weights).run(threads());
  }

  /**
   * Replaces float weights by the value that quantizing gives them, {@code trit * scale}, and
   * leaves out the report and the packing: the step that training repeats. Trits and scales are
   * exactly those of {@link #quantize}. Zeros are +0. Weights that share a scale with a NaN or an
   * infinity all become NaN, so that a diverging training shows it.
   *
   * @param rows rows of {@code weights}, which is row-major {@code [rows, cols]}
   * @param scaled whether a trit is worth its scale; otherwise it is worth 1
   * @throws IllegalArgumentException if {@code rows} does not divide the number of weights
   */
  public void simulate(int rows, float[] weights, boolean scaled) {
    MemorySegment memory = MemorySegment.ofArray(weights);
    simulate(rows, memory, memory, scaled);
  }

  /**
   * As {@link #simulate(int, float[], boolean)}, out of one memory into another, without a copy of
   * all.
   *
   * @param weights floats in the machine's byte order
   * @param into as large; may be {@code weights}, but not overlap it otherwise
   * @throws IllegalArgumentException if {@code rows} does not divide the number of weights, or the
   *     memories differ in size
   */
  public void simulate(int rows, MemorySegment weights, MemorySegment into, boolean scaled) {
    int count = Math.toIntExact(weights.byteSize() / Float.BYTES);
    if (rows < 1 || count % rows != 0) {
      throw new IllegalArgumentException(
          count + " weights do not make " + rows + " rows of one length");
    }
    if (into.byteSize() != weights.byteSize()) {
      throw new IllegalArgumentException(
          count + " weights do not go into " + into.byteSize() + " bytes");
    }
    int[] starts = groupStarts(rows, count / rows);
    var group = new Group(weights);
    for (int g = 0; g < starts.length - 1; g++) {
      Fit fit = Fitting.fit(rule, group.at(starts[g], starts[g + 1]));
      group.round(fit, scaled ? fit.scale() : 1, into);
    }
  }

  private static int threads() {
    int pool = ForkJoinPool.getCommonPoolParallelism() + 1;
    return Math.min(pool, Runtime.getRuntime().availableProcessors());
  }

  /** Row-major starts of the groups, and the end as last. */
  private int[] groupStarts(int rows, int cols) {
    return switch (granularity) {
      case Granularity.PerTensor() -> new int[] {0, rows * cols};
      case Granularity.PerRow() -> {
        int[] starts = new int[rows + 1];
        Arrays.setAll(starts, row -> row * cols);
        yield starts;
      }
      case Granularity.PerGroup(int groupCols) -> {
        int perRow = granularity.groupsPerRow(cols);
        int[] starts = new int[rows * perRow + 1];
        for (int g = 0; g < rows * perRow; g++) {
          starts[g] = g / perRow * cols + g % perRow * groupCols;
        }
        starts[rows * perRow] = rows * cols;
        yield starts;
      }
    };
  }
}
