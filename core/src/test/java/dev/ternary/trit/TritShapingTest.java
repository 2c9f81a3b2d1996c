package dev.ternary.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.tensor.Shape;
import dev.ternary.testkit.Trials;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TritShapingTest {

  private static final TernaryArray A = TernaryArray.of(new int[][] {{1, 0, -1}, {1, 1, -1}});

  @Test
  void movesAKnownMatrix() {
    assertThat(A.transpose()).isEqualTo(TernaryArray.of(new int[][] {{1, 1}, {0, 1}, {-1, -1}}));
    assertThat(A.flip(1)).isEqualTo(TernaryArray.of(new int[][] {{-1, 0, 1}, {-1, 1, 1}}));
    assertThat(A.roll(1, 1)).isEqualTo(TernaryArray.of(new int[][] {{-1, 1, 0}, {-1, 1, 1}}));
    // numpy.roll([1, 0, -1], -2**63); 2^63 leaves 2 when divided by 3.
    assertThat(TernaryArray.of(1, 0, -1).roll(Long.MIN_VALUE)).isEqualTo(TernaryArray.of(-1, 1, 0));
    assertThat(TernaryArray.of(1, 0, -1).roll(Long.MAX_VALUE, 0))
        .isEqualTo(TernaryArray.of(0, -1, 1).roll(-1));
    assertThat(A.roll(-1)).isEqualTo(TernaryArray.of(new int[][] {{0, -1, 1}, {1, -1, 1}}));
    assertThat(TernaryArray.of(1, 0).tile(2, 2))
        .isEqualTo(TernaryArray.of(new int[][] {{1, 0, 1, 0}, {1, 0, 1, 0}}));
    assertThat(A.reshape(3, -1)).isEqualTo(TernaryArray.of(new int[][] {{1, 0}, {-1, 1}, {1, -1}}));
    assertThat(A.reshape(-1)).isEqualTo(A.flatten()).isEqualTo(TernaryArray.parse("+0-++-"));
    assertThat(A.expandDims(1).shape()).isEqualTo(Shape.of(2, 1, 3));
    assertThat(A.expandDims(-1).squeeze()).isEqualTo(A);
    assertThat(TritShaping.concatenate(0, A, A).shape()).isEqualTo(Shape.of(4, 3));
    assertThat(TritShaping.stack(-1, A, A.not()).get(0, 0, 1)).isEqualTo(-1);
    assertThat(A.transpose(-1, 0)).isEqualTo(A.transpose());
  }

  @Test
  void transposesAndFlipsAsTheModelDoes() {
    Trials.forAll(
        500,
        (random, size) -> {
          Shape shape = Naive.shape(random, size);
          Naive model = Naive.random(random, shape);
          List<Integer> axes = new ArrayList<>(IntStream.range(0, shape.rank()).boxed().toList());
          Collections.shuffle(axes, new Random(random.nextLong()));
          int[] order = axes.stream().mapToInt(Integer::intValue).toArray();
          long[] dims = new long[order.length];
          for (int i = 0; i < dims.length; i++) {
            dims[i] = shape.dim(order[i]);
          }
          Naive expected =
              model.map(
                  Shape.of(dims),
                  index -> {
                    long[] from = new long[order.length];
                    for (int i = 0; i < order.length; i++) {
                      from[order[i]] = index[i];
                    }
                    return from;
                  });
          assertThat(model.array().transpose(order)).isEqualTo(expected.array());
          if (shape.rank() > 0) {
            checkFlipAndRoll(random, model, random.nextInt(shape.rank()));
          }
        });
  }

  private static void checkFlipAndRoll(SplittableRandom random, Naive model, int axis) {
    long dim = model.shape().dim(axis);
    long shift = random.nextLong(-20, 20);
    Naive flipped =
        model.map(
            model.shape(),
            index -> {
              index[axis] = dim - 1 - index[axis];
              return index;
            });
    Naive rolled =
        model.map(
            model.shape(),
            index -> {
              index[axis] = Math.floorMod(index[axis] - shift, dim);
              return index;
            });
    assertThat(model.array().flip(axis)).isEqualTo(flipped.array());
    assertThat(model.array().roll(shift, axis)).isEqualTo(rolled.array());
  }

  @Test
  void tilesAndJoinsAsTheModelDoes() {
    Trials.forAll(
        200,
        (random, size) -> {
          Shape shape = Naive.shape(random, size);
          Naive model = Naive.random(random, shape);
          long[] repeats = random.longs(shape.rank(), 0, 3).toArray();
          long[] dims = shape.toArray();
          for (int i = 0; i < dims.length; i++) {
            dims[i] *= repeats[i];
          }
          Naive tiled =
              model.map(
                  Shape.of(dims),
                  index -> {
                    for (int i = 0; i < index.length; i++) {
                      index[i] %= shape.dim(i);
                    }
                    return index;
                  });
          assertThat(model.array().tile(repeats)).isEqualTo(tiled.array());
          if (shape.rank() > 0) {
            checkJoin(random, model, random.nextInt(shape.rank()));
          }
        });
  }

  private static void checkJoin(SplittableRandom random, Naive first, int axis) {
    long[] dims = first.shape().toArray();
    dims[axis] = random.nextInt(5);
    Naive second = Naive.random(random, Shape.of(dims));
    TernaryArray joined = TritShaping.concatenate(axis, first.array(), second.array());
    long border = first.shape().dim(axis);
    assertThat(joined.shape().dim(axis)).isEqualTo(border + dims[axis]);
    for (int i = 0; i < joined.size(); i++) {
      long[] index = joined.shape().indexOf(i);
      int trit = joined.get(index);
      if (index[axis] >= border) {
        index[axis] -= border;
        assertThat(trit).isEqualTo(second.get(index));
      } else {
        assertThat(trit).isEqualTo(first.get(index));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 63, 64, 65, 262_143, 262_144, 262_145, 300_000, -1, -262_207})
  void movesRunsAcrossTheBordersOfChunks(long shift) {
    int size = 2 * 262_144 + 77;
    byte[] values = TernaryArray.random(shift, size).toByteArray();
    byte[] rolled = new byte[size];
    for (int i = 0; i < size; i++) {
      rolled[(int) Math.floorMod(i + shift, (long) size)] = values[i];
    }
    assertThat(TernaryArray.of(Shape.of(size), values).roll(shift))
        .isEqualTo(TernaryArray.of(Shape.of(size), rolled));
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> A.reshape(4, -1)).hasMessage("shape [2, 3] cannot become [4, -1]");
    assertThatThrownBy(() -> A.reshape(5)).hasMessage("shape [2, 3] cannot become [5]");
    assertThatThrownBy(() -> A.reshape(-1, -1))
        .hasMessage("only one dimension can be -1, got [-1, -1]");
    assertThatThrownBy(() -> A.transpose(0)).hasMessage("axes [0] do not name the 2 of [2, 3]");
    assertThatThrownBy(() -> A.transpose(0, 0)).hasMessage("axis 0 is given twice in axes [0, 0]");
    assertThatThrownBy(() -> TritShaping.concatenate(0, A, TernaryArray.zeros(2, 4)))
        .hasMessage("shapes [2, 3] and [2, 4] cannot be joined along axis 0");
    assertThatThrownBy(() -> TritShaping.stack(0, A, TernaryArray.zeros(3)))
        .hasMessage("shapes [2, 3] and [3] cannot be stacked");
    assertThatThrownBy(() -> TritShaping.concatenate(0)).hasMessage("no arrays to join");
    assertThatThrownBy(() -> A.tile(-1)).hasMessage("cannot repeat [2, 3] [-1] times");
    assertThatThrownBy(() -> A.flip(2))
        .hasMessage("axis 2 is out of bounds for shape [2, 3] of rank 2");
    assertThatThrownBy(() -> A.expandDims(4))
        .hasMessage("axis 4 is out of bounds for a new axis of shape [2, 3]");
    assertThatThrownBy(() -> A.broadcastTo(Shape.of(3, 3)))
        .hasMessage("shape [2, 3] does not broadcast to [3, 3]");
  }
}
