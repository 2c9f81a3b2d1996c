package dev.ternary.bench;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Products of int8 tokens, with all scales, by each kernel. {@code ternary bench kernels} measures
 * the kernels in turn instead of one after the other, which suits a machine that others use too.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-Xms1g",
      "-Xmx1g"
    })
public class KernelBench {

  @Param({"x86-amx", "x86-avx512-vnni", "x86-avx-vnni", "x86-avx2", "vector", "scalar"})
  String kernel;

  @Param({"2560x2560", "6912x2560", "2560x6912"})
  String shape;

  @Param({"1", "4", "32", "128"})
  int tokens;

  private PreparedMatrix w;
  private Workspace workspace;
  private Int8Matrix x;
  private FloatMatrix y;

  /** Builds the input from a fixed seed and checks one result before anything is timed. */
  @Setup
  public void setUp() {
    String[] dims = shape.split("x", 2);
    int rows = Integer.parseInt(dims[0]);
    int cols = Integer.parseInt(dims[1]);
    var random = new SplittableRandom(42);
    byte[] trits = new byte[rows * cols];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    byte[] activations = new byte[tokens * cols];
    random.nextBytes(activations);
    x = Int8Matrix.of(tokens, cols, activations);
    y = new FloatMatrix(tokens, rows, MemorySegment.ofArray(new float[tokens * rows]));
    w = Kernels.named(kernel).prepare(TernaryMatrix.pack(rows, cols, trits));
    workspace = new Workspace();
    w.matMul(x, y, workspace);
    int expected = 0;
    for (int c = 0; c < cols; c++) {
      expected += trits[c] * activations[c];
    }
    if (y.get(0, 0) != expected) {
      throw new IllegalStateException(kernel + " gave " + y.get(0, 0) + ", expected " + expected);
    }
  }

  /** Frees the weights. */
  @TearDown
  public void tearDown() {
    w.close();
    workspace.close();
  }

  /** {@code Y = X W^T}. */
  @Benchmark
  public FloatMatrix product() {
    w.matMul(x, y, workspace);
    return y;
  }
}
