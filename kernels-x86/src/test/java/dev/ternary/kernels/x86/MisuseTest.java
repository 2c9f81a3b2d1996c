package dev.ternary.kernels.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.Probe;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What callers do wrong ends in an exception, never in the end of the JVM. */
class MisuseTest {

  private static final int ROWS = 130;
  private static final int COLS = 700;

  private TernaryKernel kernel = new FailingKernel();

  /** Stands in until {@link #choose} has run. */
  private static final class FailingKernel implements TernaryKernel {

    @Override
    public String name() {
      return "none";
    }

    @Override
    public PreparedMatrix prepare(TernaryMatrix w, Epilogue epilogue) {
      throw new AssertionError("no kernel was chosen");
    }
  }

  @BeforeEach
  void choose() {
    for (Tier tier : List.of(Tier.AMX, Tier.AVX512_VNNI, Tier.AVX_VNNI, Tier.AVX2)) {
      if (tier.probe() instanceof Probe.Usable(TernaryKernel usable)) {
        kernel = usable;
        return;
      }
    }
    assumeTrue(false, "no tier can run here");
  }

  private static TernaryMatrix ones() {
    byte[] trits = new byte[ROWS * COLS];
    Arrays.fill(trits, (byte) 1);
    return TernaryMatrix.pack(ROWS, COLS, trits);
  }

  @Test
  void aWorkspaceInTwoThreadsIsRefusedOrRightButNeverBoth() throws Exception {
    byte[] x = new byte[2 * COLS];
    Arrays.fill(x, (byte) 3);
    try (PreparedMatrix w = kernel.prepare(ones());
        Workspace workspace = new Workspace();
        ExecutorService pool = Executors.newFixedThreadPool(4)) {
      Callable<Integer> user =
          () -> {
            int refused = 0;
            int[] sums = new int[2 * ROWS];
            for (int turn = 0; turn < 2000; turn++) {
              Arrays.fill(sums, 0);
              try {
                w.matMul(Int8Matrix.of(2, COLS, x), IntMatrix.of(2, ROWS, sums), workspace);
                assertThat(sums).containsOnly(3 * COLS);
              } catch (IllegalStateException e) {
                assertThat(e)
                    .hasMessage(
                        "another product is using this workspace; each thread needs one of its"
                            + " own");
                refused++;
              }
            }
            return refused;
          };
      List<Future<Integer>> users =
          pool.invokeAll(IntStream.range(0, 4).mapToObj(_ -> user).toList());
      for (Future<Integer> done : users) {
        assertThat(done.get()).isBetween(0, 2000);
      }
    }
  }

  @Test
  void refusesAResultThatCannotBeWritten() {
    try (PreparedMatrix w = kernel.prepare(ones());
        Workspace workspace = new Workspace();
        Arena arena = Arena.ofConfined()) {
      MemorySegment readOnly = arena.allocate(4L * ROWS, 4).asReadOnly();
      assertThatThrownBy(() ->
              w.matMul(
                  Int8Matrix.of(1, COLS, new byte[COLS]),
                  new FloatMatrix(1, ROWS, readOnly),
                  workspace))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the result matrix is read-only");
    }
  }

  @Test
  void refusesMemoryThatIsClosed() {
    try (PreparedMatrix w = kernel.prepare(ones());
        Workspace workspace = new Workspace()) {
      Int8Matrix x;
      IntMatrix sums;
      try (Arena arena = Arena.ofShared()) {
        x = Int8Matrix.allocate(arena, 1, COLS);
        sums = IntMatrix.allocate(arena, 1, ROWS);
      }
      assertThatThrownBy(() -> w.matMul(x, IntMatrix.of(1, ROWS, new int[ROWS]), workspace))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> w.matMul(Int8Matrix.of(1, COLS, new byte[COLS]), sums, workspace))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> kernel.quantize(FloatMatrix.of(1, COLS, new float[COLS]), x))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aResultOfOneThreadMayBeComputedByMany() {
    byte[] x = new byte[COLS];
    Arrays.fill(x, (byte) -2);
    try (Parallelism three = Parallelism.always(3);
        PreparedMatrix w = kernel.prepare(ones());
        Workspace workspace = new Workspace(three);
        Arena arena = Arena.ofConfined()) {
      IntMatrix sums = IntMatrix.allocate(arena, 1, ROWS);
      w.matMul(Int8Matrix.of(1, COLS, x), sums, workspace);
      assertThat(sums.toArray()).containsOnly(-2 * COLS);
    }
  }

  @Test
  void aFailedProductLeavesTheWorkspaceUsable() {
    byte[] x = new byte[COLS];
    Arrays.fill(x, (byte) 1);
    try (PreparedMatrix w = kernel.prepare(ones());
        Workspace workspace = new Workspace()) {
      assertThatThrownBy(() ->
              w.matMul(
                  Int8Matrix.of(1, COLS, x),
                  new IntMatrix(1, ROWS, MemorySegment.ofArray(new int[ROWS]).asReadOnly()),
                  workspace))
          .isInstanceOf(IllegalArgumentException.class);
      int[] sums = new int[ROWS];
      w.matMul(Int8Matrix.of(1, COLS, x), IntMatrix.of(1, ROWS, sums), workspace);
      assertThat(sums).containsOnly(COLS);
    }
  }
}
