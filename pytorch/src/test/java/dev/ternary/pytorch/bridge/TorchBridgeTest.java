package dev.ternary.pytorch.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import dev.ternary.foreign.NativeLibrary;
import dev.ternary.kernel.Activations;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.PackedLinear;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TorchBridgeTest {

  private NDManager manager;

  @BeforeEach
  void start() {
    assumeTrue(
        LibTorch.unsupportedMachine(System.getProperty("os.name"), System.getProperty("os.arch"))
            .isEmpty(),
        "the bridge is written for Linux on x86-64");
    Torch.start(1).setRandomSeed(7);
    manager = NDManager.newBaseManager();
    assertThat(TorchBridge.state()).isInstanceOf(TorchBridge.State.Registered.class);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static TernaryMatrix matrix(int rows, int cols, Granularity granularity, Packing form) {
    var random = new Random(rows * 31L + cols);
    byte[] trits = new byte[rows * cols];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    float[] scales = new float[(int) granularity.count(rows, cols)];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = 0.25f + random.nextFloat();
    }
    return TernaryMatrix.pack(rows, cols, trits, form, Scales.of(granularity, scales));
  }

  private NDArray dense(TernaryMatrix m) {
    return manager.create(m.toFloatArray(), new Shape(m.rows(), m.cols()));
  }

  private static float maxAbs(NDArray a) {
    return a.stopGradient().abs().max().getFloat();
  }

  /** Activations as the kernels' int8 ones, in libtorch's operations. */
  private static NDArray rounded(NDArray x) {
    NDArray range = x.abs().max(new int[] {-1}, true);
    return x.mul(range.pow(-1).mul(127f)).round().mul(range.div(127f));
  }

  @Test
  void productsEqualThoseOfTheSameWeightsInFloat32() {
    for (Granularity granularity :
        List.of(Granularity.tensor(), Granularity.row(), Granularity.group(8))) {
      for (Packing packing : List.of(Packing.twoBit(), Packing.base243())) {
        TernaryMatrix m = matrix(13, 37, granularity, packing);
        for (Shape shape :
            List.of(new Shape(37), new Shape(5, 37), new Shape(2, 3, 37), new Shape(0, 37))) {
          NDArray x = manager.randomNormal(shape);
          for (Activations form : Activations.values()) {
            try (PackedWeights w = PackedWeights.of(manager, m, form)) {
              NDArray y = w.linear(x);
              assertThat(y.getShape()).isEqualTo(shape.slice(0, shape.dimension() - 1).add(13));
              if (shape.size() > 0) {
                NDArray input = form == Activations.INT8 ? rounded(x) : x;
                NDArray expected = input.reshape(-1, 37).dot(dense(m).transpose());
                assertThat(maxAbs(y.reshape(-1, 13).sub(expected))).isLessThan(5e-6f);
              }
            }
          }
        }
      }
    }
  }

  @Test
  void aTransposedInputIsReadInItsOwnOrder() {
    TernaryMatrix m = matrix(4, 6, Granularity.row(), Packing.twoBit());
    NDArray x = manager.randomNormal(new Shape(6, 3)).transpose();
    NDArray y = PackedWeights.of(manager, m, Activations.FLOAT32).linear(x);
    assertThat(maxAbs(y.sub(x.dot(dense(m).transpose())))).isLessThan(1e-6f);
  }

  @Test
  void gradientsOfTheInputOfPackedWeightsAreThoseOfFloat32Ones() {
    TernaryMatrix m = matrix(13, 37, Granularity.row(), Packing.base243());
    NDArray g = manager.randomNormal(new Shape(2, 3, 13));
    for (Activations form : Activations.values()) {
      NDArray x = manager.randomNormal(new Shape(2, 3, 37));
      x.setRequiresGradient(true);
      PackedWeights w = PackedWeights.of(manager, m, form);
      try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
        gradients.backward(w.linear(x).mul(g).sum());
      }
      NDArray expected = g.reshape(6, 13).dot(dense(m)).reshape(2, 3, 37);
      assertThat(maxAbs(x.getGradient().sub(expected))).isLessThan(1e-5f);
    }
  }

  @Test
  void trainingGradientsAreThoseOfThePlainStraightThroughFormulation() {
    for (Activations form : Activations.values()) {
      for (Granularity granularity :
          List.of(Granularity.tensor(), Granularity.row(), Granularity.group(8))) {
        NDArray q = dense(matrix(13, 37, granularity, Packing.twoBit()));
        NDArray shadow = manager.randomNormal(new Shape(13, 37));
        NDArray x = manager.randomNormal(new Shape(5, 37));
        NDArray g = manager.randomNormal(new Shape(5, 13));
        NDArray[] plain = step(x, shadow, q, g, Optional.empty(), form);
        NDArray[] bridge = step(x, shadow, q, g, Optional.of(granularity), form);
        for (int i = 0; i < plain.length; i++) {
          assertThat(maxAbs(plain[i])).isPositive();
          assertThat(maxAbs(bridge[i].sub(plain[i])))
              .as("%s %s %s", form, granularity, i)
              .isLessThan(1e-5f);
        }
      }
    }
  }

  /** Output, gradient of the input and gradient of the shadow weights. */
  private NDArray[] step(
      NDArray input,
      NDArray shadow,
      NDArray q,
      NDArray g,
      Optional<Granularity> bridge,
      Activations form) {
    NDArray x = input.duplicate();
    NDArray w = shadow.duplicate();
    x.setRequiresGradient(true);
    w.setRequiresGradient(true);
    try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
      NDArray ste = q.add(w.sub(w.stopGradient()));
      NDArray y;
      if (bridge.isPresent()) {
        y = TorchBridge.linearStraightThrough(x, ste, bridge.get(), form);
      } else {
        NDArray constant = x.stopGradient();
        NDArray seen = form == Activations.INT8 ? rounded(constant).add(x.sub(constant)) : x;
        y = seen.dot(ste.transpose());
      }
      gradients.backward(y.mul(g).sum());
      return new NDArray[] {y, x.getGradient(), w.getGradient()};
    }
  }

  @Test
  void aTorchScriptFileThatCallsTheOperatorRunsInDjl() throws Exception {
    try (Model model = script()) {
      int rows = 5;
      int cols = 11;
      float[] x = new float[3 * cols];
      for (int i = 0; i < x.length; i++) {
        x[i] = (i * 7 % 11 - 5) / 4f;
      }
      float[] y = run(model.getBlock(), manager.create(x, new Shape(3, cols))).toFloatArray();
      for (int n = 0; n < 3; n++) {
        for (int r = 0; r < rows; r++) {
          float sum = 0;
          for (int c = 0; c < cols; c++) {
            sum += x[n * cols + c] * ((r * r + 2 * c + r * c) % 3 - 1);
          }
          assertThat(y[n * rows + r]).isCloseTo(sum * (0.5f + r / 4f) + r, within(1e-5f));
        }
      }
    }
  }

  @Test
  void aTorchScriptFileReportsTheKernelsRefusal() throws Exception {
    try (Model model = script()) {
      NDArray wrong = manager.ones(new Shape(2, 12));
      assertThatThrownBy(() -> run(model.getBlock(), wrong))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("x [2, 12] has 12 features, the packed weights [5, 11] take 11");
    }
  }

  private static Model script() throws Exception {
    Path dir = Files.createTempDirectory("ternary-script");
    Path file = dir.resolve("linear.pt");
    try (InputStream in = TorchBridgeTest.class.getResourceAsStream("linear.pt")) {
      Files.copy(in, file);
      Model model = Model.newInstance("linear", "PyTorch");
      model.load(dir, "linear");
      return model;
    } finally {
      Files.deleteIfExists(file);
      Files.delete(dir);
    }
  }

  private static NDArray run(Block block, NDArray x) {
    return block
        .forward(new ParameterStore(x.getManager(), false), new NDList(x), false)
        .singletonOrThrow();
  }

  @Test
  void weightsOfTrainingArePackedOnceUntilTheirValuesOrTheSharingOfScalesChange() {
    NDArray x = manager.ones(new Shape(1, 2));
    NDArray q = manager.create(new float[] {2, 2, 2, -2}, new Shape(2, 2));
    PackedCache cache = PackedCache.ofSteps();
    assertThat(straightThrough(x, q, Granularity.row())).containsExactly(4, 0);
    int kept = cache.size();
    assertThat(kept).isPositive();
    assertThat(straightThrough(x, q, Granularity.row())).containsExactly(4, 0);
    assertThat(straightThrough(x, q, Granularity.tensor())).containsExactly(4, 0);
    q.muli(-3);
    assertThat(straightThrough(x, q, Granularity.tensor())).containsExactly(-12, 0);
    assertThat(cache.size()).isEqualTo(kept);
    q.set(new float[] {6, 0, 6, 5});
    assertThatThrownBy(() -> straightThrough(x, q, Granularity.tensor()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not ternary: 5.0 at row 1");
  }

  private static float[] straightThrough(NDArray x, NDArray q, Granularity granularity) {
    return TorchBridge.linearStraightThrough(x, q, granularity, Activations.FLOAT32).toFloatArray();
  }

  @Test
  void tensorsThatDoNotFitAreRefused() {
    TernaryMatrix m = matrix(4, 6, Granularity.row(), Packing.twoBit());
    PackedWeights w = PackedWeights.of(manager, m, Activations.FLOAT32);
    assertThatThrownBy(() -> w.linear(manager.ones(new Shape(2, 7))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x [2, 7] has 7 features, the packed weights [4, 6] take 6")
        .as("refused before libtorch, which would log a stack trace")
        .hasNoCause();
    assertThatThrownBy(() -> w.linear(manager.create(1f)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x must have a dimension of features, got a scalar");
    assertThatThrownBy(() -> w.linear(manager.ones(new Shape(2, 6), DataType.FLOAT64)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x must be float32, got float64")
        .hasNoCause();
    assertThatThrownBy(() ->
            TorchBridge.linearStraightThrough(
                manager.ones(new Shape(1, 3)),
                manager.ones(new Shape(1, 2)),
                Granularity.row(),
                Activations.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x [1, 3] has 3 features, the packed weights [1, 2] take 2")
        .hasNoCause();
    NDArray half = manager.create(new float[] {1, 0.5f}, new Shape(1, 2));
    assertThatThrownBy(() ->
            TorchBridge.linearStraightThrough(
                manager.ones(new Shape(1, 2)), half, Granularity.row(), Activations.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("q [1, 2] is not ternary: 0.5 at row 0, column 1, where the scale is 1.0");
    w.close();
    assertThatThrownBy(() -> w.linear(manager.ones(new Shape(2, 6))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("PackedWeights is closed");
  }

  @Test
  void packedTensorsThatAreNoneAreRefused() {
    NDArray x = manager.ones(new Shape(2, 6));
    TernaryMatrix m = matrix(4, 6, Granularity.row(), Packing.twoBit());
    byte[] bytes = new PackedBytes(m, Activations.FLOAT32).toArray();
    NDArray twice = manager.create(new Shape(bytes.length, 2), DataType.UINT8);
    assertThatThrownBy(() -> call(x, twice.get(":,0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("packed must be a contiguous tensor of one dimension");
    assertThatThrownBy(() -> call(x, manager.zeros(new Shape(30), DataType.UINT8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a packed weight tensor starts with TRNL, got 0");
    assertThatThrownBy(() -> call(x, x.reshape(12)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("packed must be uint8, got float32");
  }

  private static NDArray call(NDArray x, NDArray packed) {
    return Tensors.array(
        Shim.call("ternary::linear", Tensors.handle(x), Tensors.handle(packed)), x);
  }

  @Test
  void packedBytesAreReadBackAndDamageIsRefused() {
    TernaryMatrix m = matrix(4, 6, Granularity.group(4), Packing.base243());
    byte[] bytes = new PackedBytes(m, Activations.INT8).toArray();
    PackedBytes read = PackedBytes.of(MemorySegment.ofArray(bytes));
    assertThat(read.activations()).isEqualTo(Activations.INT8);
    assertThat(read.matrix().toFloatArray()).isEqualTo(m.toFloatArray());
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThatThrownBy(() -> PackedBytes.of(MemorySegment.ofArray(longer)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a packed weight tensor [4, 6] takes " + bytes.length + " bytes, got " + longer.length);
  }

  @Test
  void aPackedLayerComputesWhatTheTrainedOneDoesWithAndWithoutTheBridge() {
    for (TernaryOptions options :
        List.of(
            TernaryOptions.twn(),
            TernaryOptions.absmean().withActivations(Activations.INT8),
            TernaryOptions.absolute(0.05f))) {
      TernaryLinear trained = TernaryLinear.of(9, options);
      trained.initialize(manager, DataType.FLOAT32, new Shape(4, 24));
      NDArray x = manager.randomNormal(new Shape(4, 24));
      NDArray expected = run(trained, x);
      PackedLinear packed = PackedLinear.of(manager, trained);
      assertThat(packed.packed()).isTrue();
      assertThat(packed.getOutputShapes(new Shape[] {x.getShape()})[0]).isEqualTo(new Shape(4, 9));
      assertThat(maxAbs(run(packed, x).sub(expected))).isLessThan(1e-5f);
      System.setProperty(TorchBridge.PROPERTY, "off");
      try {
        PackedLinear plain = PackedLinear.of(manager, trained);
        assertThat(plain.packed()).isFalse();
        assertThat(maxAbs(run(plain, x).sub(expected))).isLessThan(1e-5f);
      } finally {
        System.clearProperty(TorchBridge.PROPERTY);
      }
    }
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(LibTorch.unsupportedMachine("Mac OS X", "aarch64"))
        .hasValue("it is written for Linux on x86-64, this is Mac OS X on aarch64");
    assertThat(TorchBridge.refused(NativeLibrary.system()))
        .hasValueSatisfying(state ->
            assertThat(state.toString())
                .contains("this libtorch has no function aoti_torch_get_data_ptr"));
    System.setProperty(TorchBridge.PROPERTY, "off");
    try {
      assertThatThrownBy(TorchBridge::require)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("switched off by -Dternary.pytorch.bridge=off");
    } finally {
      System.clearProperty(TorchBridge.PROPERTY);
    }
  }

  @Test
  void tenThousandCallsLeakNothing() throws Exception {
    TernaryMatrix m = matrix(64, 64, Granularity.row(), Packing.twoBit());
    PackedWeights w = PackedWeights.of(manager, m, Activations.INT8);
    NDArray q = dense(m);
    calls(500, w, q);
    int matrices = PackedCache.instance().size();
    // A tensor of 128 KiB that were lost in each call of a kind would be 150 MB or more, every
    // time; the heap of Java grows once.
    long limit = 75L << 20;
    long growth = growth(w, q);
    assertThat(growth < limit ? growth : growth(w, q)).isLessThan(limit);
    assertThat(PackedCache.instance().size()).isEqualTo(matrices);
    w.close();
    assertThat(PackedCache.instance().size()).isEqualTo(matrices - 1);
  }

  private long growth(PackedWeights w, NDArray q) throws IOException {
    long before = residentBytes();
    calls(10_000, w, q);
    return residentBytes() - before;
  }

  private void calls(int count, PackedWeights w, NDArray q) {
    for (int i = 0; i < count; i++) {
      try (NDManager call = manager.newSubManager()) {
        NDArray x = call.ones(new Shape(512, 64));
        if (i % 500 == 0) {
          NDArray wrong = call.ones(new Shape(512, 63));
          assertThatThrownBy(() -> w.linear(wrong)).isInstanceOf(IllegalArgumentException.class);
        } else if (i % 2 == 0) {
          w.linear(x);
        } else {
          x.setRequiresGradient(true);
          try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
            NDArray y =
                TorchBridge.linearStraightThrough(x, q, Granularity.row(), Activations.INT8);
            gradients.backward(y.add(w.linear(x)).sum());
          }
        }
      }
    }
  }

  private static long residentBytes() throws IOException {
    System.gc();
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
