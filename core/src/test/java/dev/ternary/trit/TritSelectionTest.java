package dev.ternary.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.tensor.Shape;
import dev.ternary.testkit.Trials;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TritSelectionTest {

  private static final TernaryArray A = TernaryArray.of(new int[][] {{1, 0, -1}, {1, 1, -1}});

  @Test
  void selectsFromAKnownMatrix() {
    assertThat(A.slice("0")).isEqualTo(TernaryArray.of(1, 0, -1));
    assertThat(A.slice(":, -1")).isEqualTo(TernaryArray.of(-1, -1));
    assertThat(A.slice("1, ::-1")).isEqualTo(TernaryArray.of(-1, 1, 1));
    assertThat(A.slice("..., 1:")).isEqualTo(TernaryArray.of(new int[][] {{0, -1}, {1, -1}}));
    assertThat(A.slice("None, 0").shape()).isEqualTo(Shape.of(1, 3));
    assertThat(A.slice("0, None, ::2")).isEqualTo(TernaryArray.of(new int[][] {{1, -1}}));
    assertThat(A.slice("0,")).isEqualTo(A.slice("0"));
    assertThat(A.slice("0, 1,").shape()).isEqualTo(Shape.of());
    for (String wrong : new String[] {"", ",", "0,,", ",0"}) {
      assertThatThrownBy(() -> A.slice(wrong)).hasMessageContaining("'' in index '" + wrong + "'");
    }
    assertThat(A.slice("0, 1").shape()).isEqualTo(Shape.of());
    assertThat(A.slice(Index.all(), Index.range(0, 2))).isEqualTo(A.slice(":, :2"));
    assertThat(A.slice(Index.from(1), Index.to(1)).get(0, 0)).isEqualTo(1);
    assertThat(A.slice(Index.newAxis(), Index.ellipsis()).shape()).isEqualTo(Shape.of(1, 2, 3));
    assertThat(A.take(1, 2, 0, -1))
        .isEqualTo(TernaryArray.of(new int[][] {{-1, 1, -1}, {-1, 1, -1}}));
    assertThat(A.pick(new long[] {0, 1}, new long[] {1, -1})).isEqualTo(TernaryArray.of(0, -1));
    assertThat(A.select(A.equal(1))).isEqualTo(TernaryArray.of(1, 1, 1));
    assertThat(A.select(TritMask.of(false, true))).isEqualTo(A.slice("1:"));
    assertThat(A.select(TritMask.of(Shape.of(), true)).shape()).isEqualTo(Shape.of(1, 2, 3));
  }

  @Test
  void slicesAsTheModelDoes() {
    Trials.forAll(
        400,
        (random, size) -> {
          Shape shape = Naive.shape(random, size);
          Naive model = Naive.random(random, shape);
          List<Index> parts = new ArrayList<>();
          List<long[]> positions = new ArrayList<>();
          for (int axis = 0; axis < shape.rank(); axis++) {
            Index.Range range = range(random, shape.dim(axis));
            parts.add(range);
            positions.add(positions(range, shape.dim(axis)));
          }
          Shape to = Shape.of(positions.stream().mapToLong(p -> p.length).toArray());
          Naive expected =
              model.map(
                  to,
                  index -> {
                    for (int axis = 0; axis < index.length; axis++) {
                      index[axis] = positions.get(axis)[(int) index[axis]];
                    }
                    return index;
                  });
          assertThat(model.array().slice(parts)).as(parts.toString()).isEqualTo(expected.array());
        });
  }

  private static Index.Range range(SplittableRandom random, long dim) {
    long step = random.nextLong(-4, 4);
    return new Index.Range(
        random.nextInt(3) == 0
            ? OptionalLong.empty()
            : OptionalLong.of(random.nextLong(-dim - 3, dim + 3)),
        random.nextInt(3) == 0
            ? OptionalLong.empty()
            : OptionalLong.of(random.nextLong(-dim - 3, dim + 3)),
        step == 0 ? 1 : step);
  }

  /** Positions of a range by the definition: walk from the start and keep what is inside. */
  private static long[] positions(Index.Range range, long dim) {
    long step = range.step();
    List<Long> found = new ArrayList<>();
    long start =
        range.start().isPresent()
            ? wrapped(range.start().getAsLong(), dim)
            : step > 0 ? 0 : dim - 1;
    long stop =
        range.stop().isPresent() ? wrapped(range.stop().getAsLong(), dim) : step > 0 ? dim : -1;
    // A start outside is moved to the nearest end, as NumPy does.
    start = step > 0 ? Math.max(start, 0) : Math.min(start, dim - 1);
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      if (i >= 0 && i < dim) {
        found.add(i);
      } else if (step > 0 ? i >= dim : i < 0) {
        break;
      }
    }
    return found.stream().mapToLong(Long::longValue).toArray();
  }

  private static long wrapped(long value, long dim) {
    return value < 0 ? value + dim : value;
  }

  @Test
  void takesAndSelectsAsTheModelDoes() {
    Trials.forAll(
        400,
        (random, size) -> {
          Shape shape = Naive.shape(random, size);
          if (shape.rank() == 0 || shape.elements() == 0) {
            return;
          }
          Naive model = Naive.random(random, shape);
          int axis = random.nextInt(shape.rank());
          long[] positions =
              random.longs(random.nextInt(6), -shape.dim(axis), shape.dim(axis)).toArray();
          long[] dims = shape.toArray();
          dims[axis] = positions.length;
          Naive expected =
              model.map(
                  Shape.of(dims),
                  index -> {
                    long position = positions[(int) index[axis]];
                    index[axis] = position < 0 ? position + shape.dim(axis) : position;
                    return index;
                  });
          assertThat(model.array().take(axis, positions)).isEqualTo(expected.array());
          checkMask(random, model);
        });
  }

  private static void checkMask(SplittableRandom random, Naive model) {
    boolean[] values = new boolean[model.values().length];
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextBoolean();
      if (values[i]) {
        expected.add(model.values()[i]);
      }
    }
    TritMask mask = TritMask.of(model.shape(), values);
    assertThat(model.array().select(mask).toIntArray())
        .containsExactly(expected.stream().mapToInt(Integer::intValue).toArray());
    assertThat(mask.toBooleanArray()).isEqualTo(values);
  }

  @Test
  void cutsExtremeRanges() {
    assertThat(A.slice(":, 9223372036854775807:").size()).isEqualTo(0);
    assertThat(A.slice("::9223372036854775807")).isEqualTo(A.slice(":1"));
    assertThat(A.slice("::-9223372036854775808")).isEqualTo(A.slice("1:"));
    assertThat(A.slice(":, -9223372036854775808:")).isEqualTo(A);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> A.slice("2"))
        .hasMessage("index 2 is out of bounds for axis 0 of shape [2, 3]");
    assertThatThrownBy(() -> A.slice("0, 0, 0"))
        .hasMessage("too many indices: 3 for shape [2, 3] of rank 2");
    assertThatThrownBy(() -> A.slice("..., ..."))
        .hasMessage("an index has at most one ellipsis, got 2");
    assertThatThrownBy(() -> A.slice("::0")).hasMessage("the step of a range is 0");
    assertThatThrownBy(() -> A.slice("a"))
        .hasMessage("'a' in index 'a' is not a position, a range such as 1:3 or ::-1, ... or None");
    assertThatThrownBy(() -> A.take(0, 0, 2))
        .hasMessage("index 2 is out of bounds for axis 0 of shape [2, 3]");
    assertThatThrownBy(() -> A.pick(new long[] {0}))
        .hasMessage("shape [2, 3] needs one list an axis, got 1");
    assertThatThrownBy(() -> A.pick(new long[] {0}, new long[] {0, 1}))
        .hasMessage("lists of 1 and 2 positions do not pair");
    assertThatThrownBy(() -> A.select(TritMask.of(true)))
        .hasMessage("a mask of shape [1] does not select from shape [2, 3]");
    assertThatThrownBy(() -> TritMask.of(Shape.of(2), true))
        .hasMessage("shape [2] needs 2 values, got 1");
  }

  @Test
  void masksCombineAndBroadcast() {
    TritMask column = TritMask.of(Shape.of(2, 1), false, true);
    TritMask row = TritMask.of(false, true);

    assertThat(column.and(row)).isEqualTo(TritMask.of(Shape.of(2, 2), false, false, false, true));
    assertThat(column.or(row)).isEqualTo(TritMask.of(Shape.of(2, 2), false, true, true, true));
    assertThat(column.xor(row)).isEqualTo(TritMask.of(Shape.of(2, 2), false, true, true, false));
    assertThat(row.not()).isEqualTo(TritMask.of(true, false)).hasSameHashCodeAs(row.not());
    assertThat(row.any()).isTrue();
    assertThat(row.all()).isFalse();
    assertThat(row.count()).isEqualTo(1);
    assertThat(row.get(-1)).isTrue();
    assertThat(row).hasToString("[False  True]");
  }
}
