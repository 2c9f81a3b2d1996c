package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.Probe;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.ConvWorkspace;
import dev.ternary.kernel.conv.FeatureMaps;
import dev.ternary.kernel.conv.PreparedConv2d;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs kernels on operands that end right before a page that cannot be touched, or start right
 * after one. A byte too far ends the JVM, and with it the test run.
 */
class GuardPageTest {

  private static final long PAGE = 4096;
  private static final Linker LINKER = Linker.nativeLinker();

  /** Memory between two pages without any rights. */
  @SuppressWarnings("restricted") // maps the guard pages
  private static final class Guarded implements AutoCloseable {

    private static final MethodHandle MMAP =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("mmap"),
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MPROTECT =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("mprotect"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MUNMAP =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("munmap"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    private final MemorySegment pages;
    private final MemorySegment memory;

    /** {@code bytes} bytes that end, or start, at a guard page. */
    Guarded(long bytes, boolean atEnd) throws Throwable {
      long inner = Math.ceilDiv(Math.max(1, bytes), PAGE) * PAGE;
      long all = inner + 2 * PAGE;
      MemorySegment mapped =
          (MemorySegment) MMAP.invokeExact(MemorySegment.NULL, all, 0, 0x22, -1, 0L);
      assertThat(mapped.address()).isNotEqualTo(-1);
      pages = mapped.reinterpret(all);
      assertThat((int) MPROTECT.invokeExact(pages.asSlice(PAGE), inner, 3)).isZero();
      memory = pages.asSlice(PAGE + (atEnd ? inner - bytes : 0), bytes);
    }

    @Override
    public void close() {
      try {
        assertThat((int) MUNMAP.invokeExact(pages, pages.byteSize())).isZero();
      } catch (Throwable t) {
        throw new AssertionError(t);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Tier.class)
  void touchesNothingBeyondItsOperands(Tier tier) throws Throwable {
    assumeTrue(System.getProperty("os.name", "").equals("Linux"), "guard pages need Linux");
    if (!(tier.probe() instanceof Probe.Usable(TernaryKernel kernel))) {
      assumeTrue(false, tier.kernelName() + " cannot run here");
      return;
    }
    check(kernel);
  }

  @Test
  void touchesNothingBeyondItsOperandsWithFiveTritsAByte() throws Throwable {
    assumeTrue(System.getProperty("os.name", "").equals("Linux"), "guard pages need Linux");
    Optional<TernaryKernel> kernel = FiveTritKernelTest.find();
    assumeTrue(kernel.isPresent(), "AVX-512 VBMI is missing");
    check(kernel.orElseThrow());
  }

  @Test
  void touchesNothingBeyondItsOperandsWithTablesOfSums() throws Throwable {
    assumeTrue(System.getProperty("os.name", "").equals("Linux"), "guard pages need Linux");
    assumeTrue(Tier.AVX2.probe() instanceof Probe.Usable, "x86-avx2 cannot run here");
    check(SumKernelTest.KERNEL);
  }

  private static void check(TernaryKernel kernel) throws Throwable {
    var random = new SplittableRandom(5);
    for (boolean atEnd : new boolean[] {true, false}) {
      for (int rows : new int[] {1, 15, 16, 64, 65, 100, 128, 130}) {
        for (int cols : new int[] {1, 15, 16, 17, 21, 31, 64, 100, 257}) {
          for (int tokens : new int[] {1, 2, 5, 7, 17}) {
            check(kernel, tokens, weights(random, rows, cols), atEnd);
          }
        }
      }
    }
  }

  private static TernaryMatrix weights(SplittableRandom random, int rows, int cols) {
    byte[] trits = new byte[rows * cols];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    Granularity granularity = random.nextBoolean() ? Granularity.row() : Granularity.group(32);
    float[] scales = new float[(int) granularity.count(rows, cols)];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (float) random.nextDouble(-1, 1);
    }
    return TernaryMatrix.pack(rows, cols, trits, Packing.twoBit(), Scales.of(granularity, scales));
  }

  private static void check(TernaryKernel kernel, int tokens, TernaryMatrix w, boolean atEnd)
      throws Throwable {
    int rows = w.rows();
    int cols = w.cols();
    try (var codes = new Guarded(w.codes().byteSize(), atEnd);
        var values = new Guarded((long) tokens * cols, atEnd);
        var scales = new Guarded(4L * tokens, atEnd);
        var floats = new Guarded(4L * tokens * cols, atEnd);
        var results = new Guarded(4L * tokens * rows, atEnd);
        Workspace workspace = new Workspace()) {
      codes.memory.copyFrom(w.codes());
      var guarded = new TernaryMatrix(rows, cols, w.packing(), codes.memory, w.scales());
      var x = new Int8Matrix(tokens, cols, values.memory, scales.memory);
      var xFloat = new FloatMatrix(tokens, cols, floats.memory);
      for (long i = 0; i < floats.memory.byteSize() / 4; i++) {
        floats.memory.setAtIndex(JAVA_FLOAT, i, (i * 37 % 101 - 50) / 7f);
      }
      kernel.quantize(xFloat, x);
      try (PreparedMatrix prepared = kernel.prepare(guarded)) {
        prepared.matMul(xFloat, new FloatMatrix(tokens, rows, results.memory), workspace);
        prepared.matMul(x, new FloatMatrix(tokens, rows, results.memory), workspace);
        var y = new FloatMatrix(tokens, rows, results.memory).toArray();
        prepared.matMul(x, new IntMatrix(tokens, rows, results.memory), workspace);
        assertSameAsScalar(w, x, y, new IntMatrix(tokens, rows, results.memory).toArray());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Tier.class)
  void convolutionsTouchNothingBeyondTheirOperands(Tier tier) throws Throwable {
    assumeTrue(System.getProperty("os.name", "").equals("Linux"), "guard pages need Linux");
    if (!(tier.probe() instanceof Probe.Usable(TernaryKernel kernel))) {
      assumeTrue(false, tier.kernelName() + " cannot run here");
      return;
    }
    var random = new SplittableRandom(6);
    for (boolean atEnd : new boolean[] {true, false}) {
      for (int channels : new int[] {1, 3, 16, 17, 33}) {
        for (int outChannels : new int[] {1, 7, 8, 16, 33, 40}) {
          for (int window : new int[] {1, 3}) {
            var g = ConvGeometry.of(1 + random.nextInt(2), random.nextInt(2) * window / 2);
            int side = 3 + random.nextInt(12);
            check(
                kernel, new ConvShape(channels, side, side, outChannels, window, window, g), atEnd);
          }
        }
        ConvGeometry alone = ConvGeometry.of(1, 1).withGroups(channels);
        check(kernel, new ConvShape(channels, 5, 7, channels, 3, 3, alone), atEnd);
      }
    }
  }

  private static void check(TernaryKernel kernel, ConvShape shape, boolean atEnd) throws Throwable {
    TernaryMatrix w =
        TernaryMatrix.pack(
            shape.outChannels(),
            shape.patch(),
            weights(new SplittableRandom(1), shape.outChannels(), shape.patch()).trits());
    Epilogue relu = Epilogue.none().withRelu();
    try (var in = new Guarded(8L * shape.inSize(), atEnd);
        var added = new Guarded(8L * shape.outSize(), atEnd);
        var out = new Guarded(8L * shape.outSize(), atEnd);
        var workspace = new ConvWorkspace(Parallelism.single());
        var conv = PreparedConv2d.prepare(kernel, w, relu, shape);
        var dense = PreparedConv2d.prepareDense(kernel, w.toFloatArray(), relu, shape);
        var scalar = PreparedConv2d.prepare(Kernels.scalar(), w, relu, shape)) {
      for (int i = 0; i < 2 * shape.inSize(); i++) {
        in.memory.setAtIndex(JAVA_FLOAT, i, (i * 37 % 101 - 50) / 7f);
      }
      var x = FeatureMaps.of(new FloatMatrix(2, shape.inSize(), in.memory));
      var addend = new FloatMatrix(2, shape.outSize(), added.memory);
      var y = FeatureMaps.of(new FloatMatrix(2, shape.outSize(), out.memory));
      dense.applyChannelsLast(x, addend, y, Activations.FLOAT32, workspace);
      conv.applyChannelsLast(x, addend, y, Activations.FLOAT32, workspace);
      conv.applyChannelsLast(x, addend, y, Activations.INT8, workspace);
      float[] expected = new float[2 * shape.outSize()];
      var plain = FeatureMaps.of(FloatMatrix.of(2, shape.outSize(), expected));
      scalar.applyChannelsLast(x, addend, plain, Activations.INT8, workspace);
      assertThat(y.values().toArray()).as("%s", shape).isEqualTo(expected);
    }
  }

  private static void assertSameAsScalar(TernaryMatrix w, Int8Matrix x, float[] y, int[] sums) {
    float[] expectedY = new float[y.length];
    int[] expectedSums = new int[sums.length];
    try (PreparedMatrix scalar = Kernels.scalar().prepare(w);
        Workspace workspace = new Workspace()) {
      scalar.matMul(x, FloatMatrix.of(x.rows(), w.rows(), expectedY), workspace);
      scalar.matMul(x, IntMatrix.of(x.rows(), w.rows(), expectedSums), workspace);
    }
    assertThat(sums).isEqualTo(expectedSums);
    assertThat(y).isEqualTo(expectedY);
  }
}
