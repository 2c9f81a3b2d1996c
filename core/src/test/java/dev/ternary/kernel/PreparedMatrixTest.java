package dev.ternary.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.kernel.spi.KernelWeights;
import dev.ternary.kernel.spi.ReadableWeights;
import dev.ternary.kernel.spi.Scratch;
import dev.ternary.packed.TernaryMatrix;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every kernel gets for nothing, shown with weights that only count. */
class PreparedMatrixTest {

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private int products;
  private int closed;

  private class Counting implements KernelWeights {
    @Override
    public void sums(Int8Matrix x, IntMatrix sums, Scratch scratch) {
      products++;
    }

    @Override
    public void scaled(Int8Matrix x, FloatMatrix y, Scratch scratch) {
      begun.countDown();
      try {
        assertThat(mayEnd.await(30, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      assertThat(closed).as("closed while a product is under way").isZero();
      products++;
    }

    @Override
    public void floats(FloatMatrix x, FloatMatrix y, Scratch scratch) {
      products++;
      throw new IllegalStateException("out of luck");
    }

    @Override
    public void close() {
      closed++;
    }
  }

  private final class ReadableCounting extends Counting implements ReadableWeights {
    @Override
    public long weightBytes() {
      return 17;
    }

    @Override
    public void readWeights(Scratch scratch) {
      products++;
    }
  }

  private PreparedMatrix prepare() {
    return PreparedMatrix.of(
        TernaryMatrix.pack(3, 5, new byte[15]), Epilogue.none(), (_, _) -> new Counting());
  }

  private static final Int8Matrix X = Int8Matrix.of(2, 5, new byte[10]);
  private static final IntMatrix SUMS = IntMatrix.of(2, 3, new int[6]);
  private static final FloatMatrix Y = FloatMatrix.of(2, 3, new float[6]);

  @Test
  void aProductUnderWayEndsInPeaceWhenAnotherThreadClosesAndTheMemoryGoesAfterIt()
      throws Exception {
    PreparedMatrix w = prepare();
    var product =
        new FutureTask<Void>(
            () -> {
              try (Workspace workspace = new Workspace()) {
                w.matMul(X, Y, workspace);
              }
            },
            null);
    Thread.ofPlatform().daemon().start(product);
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
    w.close();
    w.close();
    assertThat(closed).isZero();
    try (Workspace workspace = new Workspace()) {
      assertThatThrownBy(() -> w.matMul(X, SUMS, workspace))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the matrix is closed");
    }
    mayEnd.countDown();
    product.get(30, TimeUnit.SECONDS);
    assertThat(products).isOne();
    assertThat(closed).isOne();
    w.close();
    assertThat(closed).isOne();
  }

  @Test
  void aProductThatFailsGivesWorkspaceAndMatrixBack() {
    PreparedMatrix w = prepare();
    try (Workspace workspace = new Workspace()) {
      assertThatThrownBy(() -> w.matMul(FloatMatrix.of(2, 5, new float[10]), Y, workspace))
          .hasMessage("out of luck");
      w.matMul(X, SUMS, workspace);
    }
    w.close();
    assertThat(products).isEqualTo(2);
    assertThat(closed).isOne();
  }

  @Test
  void aWorkspaceThatIsInUseKeepsNoLease() {
    PreparedMatrix w = prepare();
    try (Workspace workspace = new Workspace()) {
      Scratch scratch = workspace.begin();
      assertThatThrownBy(() -> w.matMul(X, SUMS, workspace))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("another product is using this workspace; each thread needs one of its own");
      w.close();
      assertThat(closed).isOne();
      scratch.end();
    }
    assertThat(products).isZero();
  }

  @Test
  void shapesAreCheckedBeforeTheKernelSeesThem() {
    try (PreparedMatrix w = prepare();
        Workspace workspace = new Workspace()) {
      assertThatThrownBy(() -> w.matMul(X, FloatMatrix.of(2, 4, new float[8]), workspace))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "W [3, 5] takes x [tokens, 5] and y [tokens, 3]; got x int8 [2, 5], y float32 [2, 4]");
    }
    assertThat(products).isZero();
  }

  @Test
  void aMatrixWithoutColumnsNeverReachesTheKernel() {
    float[] y = new float[6];
    int[] sums = {1, 2, 3, 4, 5, 6};
    try (PreparedMatrix w =
            PreparedMatrix.of(
                TernaryMatrix.pack(3, 0, new byte[0]),
                Epilogue.bias(1, -2, 3).withRelu(),
                (_, _) -> {
                  throw new AssertionError("repacked");
                });
        Workspace workspace = new Workspace()) {
      w.matMul(Int8Matrix.of(2, 0, new byte[0]), FloatMatrix.of(2, 3, y), workspace);
      assertThat(y).containsExactly(1, 0, 3, 1, 0, 3);
      w.matMul(Int8Matrix.of(2, 0, new byte[0]), IntMatrix.of(2, 3, sums), workspace);
      assertThat(sums).containsOnly(0);
    }
  }

  @Test
  void weightsAreReadWhereTheKernelCan() {
    PreparedMatrix readable =
        PreparedMatrix.of(
            TernaryMatrix.pack(3, 5, new byte[15]),
            Epilogue.none(),
            (_, _) -> new ReadableCounting());
    try (PreparedMatrix plain = prepare();
        Workspace workspace = new Workspace()) {
      assertThat(plain.weightBytes()).isEmpty();
      assertThatThrownBy(() -> plain.readWeights(workspace))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("W [3, 5] is of a kernel that only multiplies");
      assertThat(readable.weightBytes()).hasValue(17);
      readable.readWeights(workspace);
      assertThat(products).isOne();
      readable.close();
      assertThatThrownBy(() -> readable.readWeights(workspace))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the matrix is closed");
    }
  }
}
