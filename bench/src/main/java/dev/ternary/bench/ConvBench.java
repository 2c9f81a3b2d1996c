package dev.ternary.bench;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.ConvWorkspace;
import dev.ternary.kernel.conv.FeatureMaps;
import dev.ternary.kernel.conv.PreparedConv2d;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
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
 * Convolutions of images by windows of 3 by 3, padded, in the shapes of ResNet-18 and of the
 * ResNets for CIFAR, on one thread. {@link #lastInt8} and the two beside it have their channels
 * last; {@link #lastInt8} adds images to the result and takes and gives maxima, as a residual
 * network does. {@link #convInt8} turns channels around. {@link #productAlone} makes the same
 * multiplications as one product an image of patches that are in memory already, which no
 * convolution can be faster than.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-Xms1g",
      "-Xmx1g"
    })
public class ConvBench {

  /** As {@code ternary doctor} prints it. */
  @Param({"x86-avx512-vnni", "x86-avx2", "vector"})
  public String kernel;

  /** {@code CHANNELSxSIDE}: as many channels come out, and the side of the image is kept. */
  @Param({"64x56", "128x28", "256x14", "512x7", "16x32", "64x32", "64x8", "256x8"})
  public String shape;

  /** Images of one call. */
  @Param({"1", "8"})
  public int images;

  private PreparedConv2d conv;
  private PreparedConv2d dense;
  private Arena arena;
  private FeatureMaps lastX;
  private FeatureMaps lastY;
  private FloatMatrix addend;
  private ConvWorkspace workspace;
  private FloatMatrix x;
  private FloatMatrix y;
  private PreparedMatrix matrix;
  private Workspace products;
  private Int8Matrix patches;
  private FloatMatrix sums;

  /** Builds the input from a fixed seed and checks one result before anything is timed. */
  @Setup
  public void setUp() {
    String[] dims = shape.split("x", 2);
    int channels = Integer.parseInt(dims[0]);
    int side = Integer.parseInt(dims[1]);
    var geometry = new ConvShape(channels, side, side, channels, 3, 3, ConvGeometry.of(1, 1));
    var random = new SplittableRandom(42);
    byte[] trits = new byte[channels * geometry.patch()];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    float[] image = new float[images * geometry.inSize()];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextDouble(-1, 1);
    }
    TernaryKernel chosen = Kernels.named(kernel);
    TernaryMatrix w = TernaryMatrix.pack(channels, geometry.patch(), trits);
    conv = PreparedConv2d.prepare(chosen, w, Epilogue.none(), geometry);
    dense = PreparedConv2d.prepareDense(chosen, w.toFloatArray(), Epilogue.none(), geometry);
    workspace = new ConvWorkspace(Parallelism.single());
    prepareLast(geometry, image);
    x = FloatMatrix.of(images, geometry.inSize(), image);
    y = FloatMatrix.of(images, geometry.outSize(), new float[images * geometry.outSize()]);
    matrix = chosen.prepare(w);
    products = new Workspace();
    byte[] values = new byte[geometry.positions() * geometry.patch()];
    random.nextBytes(values);
    patches = Int8Matrix.of(geometry.positions(), geometry.patch(), values);
    sums =
        FloatMatrix.of(geometry.positions(), channels, new float[geometry.positions() * channels]);
    check(trits, image, channels, side);
  }

  @SuppressWarnings("MustBeClosedChecker") // closed by tearDown()
  private void prepareLast(ConvShape geometry, float[] image) {
    arena = Arena.ofShared();
    FloatMatrix values = FloatMatrix.allocate(arena, images, geometry.inSize());
    FloatMatrix maxima = FloatMatrix.allocate(arena, images, 1);
    for (int i = 0; i < image.length; i++) {
      int n = i / geometry.inSize();
      values.values().setAtIndex(ValueLayout.JAVA_FLOAT, i, image[i]);
      maxima.set(n, 0, Math.max(maxima.get(n, 0), Math.abs(image[i])));
    }
    lastX = FeatureMaps.of(values).with(maxima);
    addend = FloatMatrix.allocate(arena, images, geometry.outSize());
    lastY =
        FeatureMaps.of(FloatMatrix.allocate(arena, images, geometry.outSize()))
            .with(FloatMatrix.allocate(arena, images, 1));
  }

  /** Compares output channel 0 at row 1, column 1, whose window lies inside the image. */
  private void check(byte[] trits, float[] image, int channels, int side) {
    double expected = 0;
    for (int channel = 0; channel < channels; channel++) {
      for (int k = 0; k < 9; k++) {
        expected +=
            trits[channel * 9 + k] * (double) image[(channel * side + k / 3) * side + k % 3];
      }
    }
    // Each activation is at most half a step of 1/127 away, and two thirds of the trits count.
    double bound = channels * 9 * 0.51 / 127;
    convInt8();
    float int8 = y.get(0, side + 1);
    convFloat32();
    float exact = y.get(0, side + 1);
    if (Math.abs(int8 - expected) > bound || Math.abs(exact - expected) > 1e-3) {
      throw new IllegalStateException(
          kernel + " gave " + int8 + " and " + exact + ", expected " + expected);
    }
  }

  /** Frees the weights. */
  @TearDown
  public void tearDown() {
    conv.close();
    dense.close();
    arena.close();
    workspace.close();
    matrix.close();
    products.close();
  }

  /** Channels last, with activations quantized to int8, a sum and maxima. */
  @Benchmark
  public FeatureMaps lastInt8() {
    conv.applyChannelsLast(lastX, addend, lastY, Activations.INT8, workspace);
    return lastY;
  }

  /** Channels last, with float32 activations. */
  @Benchmark
  public FeatureMaps lastFloat32() {
    conv.applyChannelsLast(lastX, lastY, Activations.FLOAT32, workspace);
    return lastY;
  }

  /** Channels last, with float32 activations and weights. */
  @Benchmark
  public FeatureMaps lastDense() {
    dense.applyChannelsLast(lastX, lastY, Activations.FLOAT32, workspace);
    return lastY;
  }

  /** With activations quantized to int8. */
  @Benchmark
  public FloatMatrix convInt8() {
    conv.apply(x, y, Activations.INT8, workspace);
    return y;
  }

  /** With float32 activations. */
  @Benchmark
  public FloatMatrix convFloat32() {
    conv.apply(x, y, Activations.FLOAT32, workspace);
    return y;
  }

  /** The product of int8 patches, without making them. */
  @Benchmark
  public FloatMatrix productAlone() {
    for (int image = 0; image < images; image++) {
      matrix.matMul(patches, sums, products);
    }
    return sums;
  }
}
