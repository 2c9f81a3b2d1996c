package dev.ternary.nn;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/** Samples as a caller has them, and arrays for their results. */
abstract sealed class Batches implements Runner.Batch {

  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final float[][] results;

  private Batches(float[]... results) {
    this.results = results;
  }

  /** A number of an input, by its place in the whole batch. */
  abstract float value(int input, long index);

  @Override
  public final void store(int from, PlannedRun run) {
    for (int i = 0; i < results.length; i++) {
      FloatMatrix y = run.output(i);
      MemorySegment.copy(
          y.values(), JAVA_FLOAT_UNALIGNED, 0, results[i], from * y.cols(), y.rows() * y.cols());
    }
  }

  /** One input, in an array. */
  static final class OfArray extends Batches {
    private final float[] batch;

    OfArray(float[] batch, float[] results) {
      super(results);
      this.batch = batch;
    }

    @Override
    float value(int input, long index) {
      return batch[(int) index];
    }

    @Override
    public void load(int from, PlannedRun run) {
      FloatMatrix x = run.input(0);
      MemorySegment.copy(
          batch, from * x.cols(), x.values(), JAVA_FLOAT_UNALIGNED, 0, x.rows() * x.cols());
    }
  }

  /** Inputs in tensors of any type. */
  static final class OfTensors extends Batches {
    private final List<Tensor> batch;

    OfTensors(List<Tensor> batch, float[]... results) {
      super(results);
      this.batch = batch;
    }

    @Override
    float value(int input, long index) {
      return batch.get(input).getFloat(index);
    }

    @Override
    public void load(int from, PlannedRun run) {
      for (int i = 0; i < batch.size(); i++) {
        load(batch.get(i), from, run.input(i));
      }
    }

    private static void load(Tensor tensor, int from, FloatMatrix x) {
      long first = (long) from * x.cols();
      long count = (long) x.rows() * x.cols();
      if (tensor.dtype() == DType.F32) {
        MemorySegment.copy(
            tensor.data(), F32, Float.BYTES * first, x.values(), JAVA_FLOAT_UNALIGNED, 0, count);
        return;
      }
      for (long i = 0; i < count; i++) {
        x.values().setAtIndex(JAVA_FLOAT_UNALIGNED, i, tensor.getFloat(first + i));
      }
    }
  }
}
