package dev.ternary.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.packed.TritCounts;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.testkit.Trials;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TritReductionsTest {

  private static final TernaryArray A = TernaryArray.of(new int[][] {{1, 0, -1}, {1, 1, -1}});

  private static long[] longs(Tensor tensor) {
    long[] values = new long[(int) tensor.shape().elements()];
    Arrays.setAll(values, tensor::getLong);
    return values;
  }

  @Test
  void reducesAKnownMatrix() {
    assertThat(A.sum()).isEqualTo(1);
    assertThat(longs(A.sum(0))).containsExactly(2, 1, -2);
    assertThat(longs(A.sum(-1))).containsExactly(0, 1);
    assertThat(A.sum(Axes.of(1).keepDims()).shape()).isEqualTo(Shape.of(2, 1));
    assertThat(longs(A.sum(Axes.of(0, 1)))).containsExactly(1);
    assertThat(longs(A.sum(Axes.of()))).containsExactly(1, 0, -1, 1, 1, -1);
    assertThat(A.mean()).isEqualTo(1.0 / 6);
    assertThat(A.mean(0).getFloat(1)).isEqualTo(0.5f);
    assertThat(A.prod()).isEqualTo(0);
    assertThat(A.prod(1)).isEqualTo(TernaryArray.of(0, -1));
    assertThat(A.min()).isEqualTo(-1);
    assertThat(A.max()).isEqualTo(1);
    assertThat(A.min(0)).isEqualTo(TernaryArray.of(1, 0, -1));
    assertThat(A.max(1)).isEqualTo(TernaryArray.of(1, 1));
    assertThat(A.any()).isTrue();
    assertThat(A.all()).isFalse();
    assertThat(A.all(1)).isEqualTo(TritMask.of(false, true));
    assertThat(A.any(0)).isEqualTo(TritMask.of(true, true, true));
    assertThat(A.counts()).isEqualTo(new TritCounts(2, 1, 3));
    assertThat(longs(A.count(1, Axes.of(1)))).containsExactly(1, 2);
    assertThat(A.argMax()).isEqualTo(0);
    assertThat(A.argMin()).isEqualTo(2);
    assertThat(longs(A.argMin(0))).containsExactly(0, 0, 0);
    assertThat(longs(A.argMax(1))).containsExactly(0, 0);
    assertThat(A.unique().values()).isEqualTo(TernaryArray.of(-1, 0, 1));
    assertThat(longs(A.unique().counts())).containsExactly(2, 1, 3);
  }

  @Test
  void reducesAlongAnyAxesAsTheModelDoes() {
    Trials.forAll(
        400,
        (random, size) -> {
          Shape shape = Naive.shape(random, size);
          Naive model = Naive.random(random, shape);
          TernaryArray array = model.array();
          List<Integer> all = new ArrayList<>();
          for (int axis = 0; axis < shape.rank(); axis++) {
            if (random.nextBoolean()) {
              all.add(random.nextBoolean() ? axis : axis - shape.rank());
            }
          }
          Collections.shuffle(all, new java.util.Random(random.nextLong()));
          Axes axes = Axes.of(all.stream().mapToInt(Integer::intValue).toArray());
          if (random.nextBoolean()) {
            axes = axes.keepDims();
          }
          check(model, array, axes);
        });
  }

  private static void check(Naive model, TernaryArray array, Axes axes) {
    Shape result = axes.reduce(model.shape());
    boolean[] marks = axes.marks(model.shape());
    int lanes = (int) result.elements();
    long[] sums = new long[lanes];
    long[] zeros = new long[lanes];
    int[] products = new int[lanes];
    int[] min = new int[lanes];
    int[] max = new int[lanes];
    Arrays.fill(products, 1);
    Arrays.fill(min, 1);
    Arrays.fill(max, -1);
    for (int i = 0; i < model.values().length; i++) {
      int lane = lane(model.shape().indexOf(i), marks, model.shape());
      int value = model.values()[i];
      sums[lane] += value;
      zeros[lane] += value == 0 ? 1 : 0;
      products[lane] *= value;
      min[lane] = Math.min(min[lane], value);
      max[lane] = Math.max(max[lane], value);
    }
    assertThat(array.sum(axes).shape()).isEqualTo(result);
    assertThat(longs(array.sum(axes))).isEqualTo(sums);
    assertThat(longs(array.count(0, axes))).isEqualTo(zeros);
    assertThat(array.prod(axes)).isEqualTo(TernaryArray.of(result, products));
    if (array.size() > 0) {
      assertThat(array.min(axes)).isEqualTo(TernaryArray.of(result, min));
      assertThat(array.max(axes)).isEqualTo(TernaryArray.of(result, max));
    }
  }

  /** Row-major position of the lane among those of the axes that are not marked. */
  private static int lane(long[] index, boolean[] marks, Shape shape) {
    long lane = 0;
    for (int axis = 0; axis < marks.length; axis++) {
      lane = marks[axis] ? lane : lane * shape.dim(axis) + index[axis];
    }
    return (int) lane;
  }

  @Test
  void findsTheFirstGreatestAlongAnyAxis() {
    Trials.forAll(
        300,
        (random, size) -> {
          Shape shape = Naive.shape(random, size);
          if (shape.rank() == 0 || shape.elements() == 0) {
            return;
          }
          Naive model = Naive.random(random, shape);
          int axis = random.nextInt(shape.rank());
          Tensor found = model.array().argMax(Axes.of(axis).keepDims());
          for (int lane = 0; lane < found.shape().elements(); lane++) {
            long[] index = found.shape().indexOf(lane);
            long best = 0;
            int greatest = -2;
            for (long i = 0; i < shape.dim(axis); i++) {
              index[axis] = i;
              if (model.get(index) > greatest) {
                greatest = model.get(index);
                best = i;
              }
            }
            assertThat(found.getLong(lane)).isEqualTo(best);
          }
        });
  }

  @Test
  void emptyArraysFollowNumPy() {
    TernaryArray empty = TernaryArray.zeros(0, 3);

    assertThat(empty.sum()).isEqualTo(0);
    assertThat(empty.prod()).isEqualTo(1);
    assertThat(empty.mean()).isNaN();
    assertThat(empty.all()).isTrue();
    assertThat(empty.any()).isFalse();
    assertThat(empty.prod(0)).isEqualTo(TernaryArray.ones(3));
    assertThat(empty.max(1).shape()).isEqualTo(Shape.of(0));
    assertThatThrownBy(empty::max)
        .hasMessage("an array of shape [0, 3] is empty: nothing is greatest or least");
    assertThatThrownBy(() -> empty.max(0))
        .hasMessage("no element has no maximum; the lanes are empty");
    assertThatThrownBy(() -> empty.argMin(0))
        .hasMessage("axis 0 of shape [0, 3] is empty: nothing is greatest or least");
  }

  @Test
  void refusesBadAxes() {
    assertThatThrownBy(() -> A.sum(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("axis 2 is out of bounds for shape [2, 3] of rank 2");
    assertThatThrownBy(() -> A.sum(-3))
        .hasMessage("axis -3 is out of bounds for shape [2, 3] of rank 2");
    assertThatThrownBy(() -> A.sum(Axes.of(0, -2)))
        .hasMessage("axis -2 is given twice in axes [0, -2]");
    assertThatThrownBy(() -> A.argMax(Axes.of(0, 1)))
        .hasMessage("expected one axis, got axes [0, 1]");
  }

  @Test
  void countsMoreThanTwoToTheThirtyOneTrits() {
    TernaryArray large = TernaryArray.full(-1, 3, 1L << 31);

    assertThat(large.sum()).isEqualTo(-3L << 31);
    assertThat(longs(large.sum(1))).containsOnly(-(1L << 31));
    assertThat(large.get(2, -1)).isEqualTo(-1);
    assertThat(large.slice("2, -5:").sum()).isEqualTo(-5);
    assertThat(large.argMax()).isEqualTo(0);
  }
}
