package dev.ternary.bench;

import dev.ternary.kernel.Activations;
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

/** The product of some tokens with a matrix, by one contender. {@link Main} fills in the names. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ProductBench {

  /** {@code loop}, {@code openblas}, or a kernel's name with {@code :int8} or {@code :float}. */
  @Param({"openblas"})
  public String contender;

  /** {@code ROWSxCOLS} of the weights. */
  @Param({"2560x2560", "6912x2560", "2560x6912"})
  public String shape;

  /** Rows of the activations. */
  @Param({"1", "32", "128"})
  public int tokens;

  /** Threads that share a product. */
  @Param({"1"})
  public int threads;

  private Contender running;

  /** Makes the operands and checks the product before anything is timed. */
  @Setup
  public void setUp() {
    String[] dims = shape.split("x", 2);
    var product = new Product(tokens, Integer.parseInt(dims[0]), Integer.parseInt(dims[1]));
    Activations activations = contender.endsWith(":int8") ? Activations.INT8 : Activations.FLOAT32;
    running =
        switch (contender) {
          case "loop" -> new FloatLoop(product);
          case "openblas" -> new OpenBlasProduct(product, threads);
          default ->
              new Ternary(
                  product, contender.substring(0, contender.indexOf(':')), activations, threads);
        };
    running.run();
    product.check(running, contender, activations == Activations.INT8 ? 0.51 / 127 : 0);
  }

  /** {@code Y = X W^T}. */
  @Benchmark
  public Object product() {
    running.run();
    return running;
  }

  /** Frees the operands. */
  @TearDown
  public void tearDown() {
    running.close();
  }
}
