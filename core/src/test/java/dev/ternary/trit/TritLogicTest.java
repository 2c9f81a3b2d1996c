package dev.ternary.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.tensor.Shape;
import dev.ternary.testkit.Trials;
import java.util.List;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TritLogicTest {

  private static final TernaryArray COLUMN = TernaryArray.of(-1, 0, 1).reshape(3, 1);
  private static final TernaryArray ROW = TernaryArray.of(-1, 0, 1);

  /** Rows are the first operand -1, 0, +1; columns the second. */
  private static int[][] table(TritOp op) {
    return switch (op) {
      case ADD -> new int[][] {{0, 0, 1}, {0, 1, 2}, {1, 2, 2}};
      case SUBTRACT -> new int[][] {{1, 0, 0}, {2, 1, 0}, {2, 2, 1}};
      case MULTIPLY -> new int[][] {{2, 1, 0}, {1, 1, 1}, {0, 1, 2}};
      case MIN -> new int[][] {{0, 0, 0}, {0, 1, 1}, {0, 1, 2}};
      case MAX -> new int[][] {{0, 1, 2}, {1, 1, 2}, {2, 2, 2}};
      case CONSENSUS -> new int[][] {{0, 1, 1}, {1, 1, 1}, {1, 1, 2}};
      case NOT_ADD -> new int[][] {{2, 2, 1}, {2, 1, 0}, {1, 0, 0}};
      case NOT_MULTIPLY -> new int[][] {{0, 1, 2}, {1, 1, 1}, {2, 1, 0}};
      case NOT_MIN -> new int[][] {{2, 2, 2}, {2, 1, 1}, {2, 1, 0}};
      case NOT_MAX -> new int[][] {{2, 1, 0}, {1, 1, 0}, {0, 0, 0}};
    };
  }

  @ParameterizedTest
  @EnumSource(TritOp.class)
  void followsItsTruthTableForAllNinePairs(TritOp op) {
    int[][] table = table(op);
    for (int a = -1; a <= 1; a++) {
      for (int b = -1; b <= 1; b++) {
        assertThat(op.apply(a, b)).as(op + " " + a + " " + b).isEqualTo(table[a + 1][b + 1] - 1);
      }
    }
    assertThat(COLUMN.apply(op, ROW)).isEqualTo(ofTable(table));
  }

  private static TernaryArray ofTable(int[][] table) {
    return TernaryArray.ofCodes(
            java.util.Arrays.stream(table).flatMapToInt(java.util.Arrays::stream).toArray())
        .reshape(3, 3);
  }

  @Test
  void namedMethodsAreTheirOperations() {
    assertThat(COLUMN.add(ROW)).isEqualTo(COLUMN.apply(TritOp.ADD, ROW));
    assertThat(COLUMN.subtract(ROW)).isEqualTo(COLUMN.apply(TritOp.SUBTRACT, ROW));
    assertThat(COLUMN.multiply(ROW)).isEqualTo(COLUMN.apply(TritOp.MULTIPLY, ROW));
    assertThat(COLUMN.min(ROW)).isEqualTo(COLUMN.and(ROW)).isEqualTo(COLUMN.apply(TritOp.MIN, ROW));
    assertThat(COLUMN.max(ROW)).isEqualTo(COLUMN.or(ROW)).isEqualTo(COLUMN.apply(TritOp.MAX, ROW));
    assertThat(COLUMN.consensus(ROW)).isEqualTo(COLUMN.apply(TritOp.CONSENSUS, ROW));
    assertThat(COLUMN.notAdd(ROW)).isEqualTo(COLUMN.add(ROW).not());
    assertThat(COLUMN.notMultiply(ROW)).isEqualTo(COLUMN.multiply(ROW).not());
    assertThat(COLUMN.notMin(ROW)).isEqualTo(COLUMN.min(ROW).not());
    assertThat(COLUMN.notMax(ROW)).isEqualTo(COLUMN.max(ROW).not());
    assertThat(ROW.not()).isEqualTo(ROW.negate()).isEqualTo(TernaryArray.of(1, 0, -1));
    assertThat(ROW.abs()).isEqualTo(TernaryArray.of(1, 0, 1));
    assertThat(ROW.sign()).isEqualTo(ROW);
  }

  @Test
  void givesTheExampleOfTheSpecification() {
    TernaryArray a = TernaryArray.ofCodes(0, 1, 2, 1, 0);
    TernaryArray b = TernaryArray.ofCodes(2, 1, 0, 1, 2);

    assertThat(a.add(b)).isEqualTo(TernaryArray.ofCodes(1, 1, 1, 1, 1));
    assertThat(a.multiply(b)).isEqualTo(TernaryArray.ofCodes(0, 1, 0, 1, 0));
    assertThat(a.min(b)).isEqualTo(TernaryArray.ofCodes(0, 1, 0, 1, 0));
    assertThat(a.max(b)).isEqualTo(TernaryArray.ofCodes(2, 1, 2, 1, 2));
    assertThat(a.not()).isEqualTo(TernaryArray.ofCodes(2, 1, 0, 1, 2));
    assertThat(a.subtract(b)).isEqualTo(TernaryArray.ofCodes(0, 1, 2, 1, 0));
  }

  @Test
  void comparesAllNinePairs() {
    Naive column = Naive.of(COLUMN);
    Naive row = Naive.of(ROW);
    Shape square = Shape.of(3, 3);
    check(COLUMN.equal(ROW), column.zip(row, square, (a, b) -> a == b ? 1 : 0));
    check(COLUMN.notEqual(ROW), column.zip(row, square, (a, b) -> a != b ? 1 : 0));
    check(COLUMN.less(ROW), column.zip(row, square, (a, b) -> a < b ? 1 : 0));
    check(COLUMN.lessEqual(ROW), column.zip(row, square, (a, b) -> a <= b ? 1 : 0));
    check(COLUMN.greater(ROW), column.zip(row, square, (a, b) -> a > b ? 1 : 0));
    check(COLUMN.greaterEqual(ROW), column.zip(row, square, (a, b) -> a >= b ? 1 : 0));
    assertThat(COLUMN.compare(ROW)).isEqualTo(column.zip(row, square, Integer::compare).array());
    assertThat(COLUMN.equivalence(ROW))
        .isEqualTo(
            column.zip(row, square, (a, b) -> a == 0 || b == 0 ? 0 : a == b ? 1 : -1).array());
    assertThat(ROW.equal(1)).isEqualTo(TritMask.of(false, false, true));
    assertThat(ROW.nonZero()).isEqualTo(TritMask.of(true, false, true));
  }

  private static void check(TritMask mask, Naive expected) {
    assertThat(mask.toTrits()).isEqualTo(expected.array());
  }

  @Test
  void choosesAndClipsAllTwentySevenTriples() {
    TernaryArray m = TernaryArray.of(-1, 0, 1).reshape(3, 1, 1);
    TernaryArray chosen = TritLogic.where(m.greater(TernaryArray.full(0)), COLUMN, ROW);
    assertThat(chosen.shape()).isEqualTo(Shape.of(3, 3, 3));
    for (int i = 0; i < 3; i++) {
      for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
          assertThat(chosen.get(i, a, b)).isEqualTo(i == 2 ? a - 1 : b - 1);
        }
      }
    }
    for (int low = -1; low <= 1; low++) {
      for (int high = low; high <= 1; high++) {
        for (int v = -1; v <= 1; v++) {
          assertThat(TernaryArray.of(v).clip(low, high).get(0)).isEqualTo(Math.clamp(v, low, high));
        }
      }
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> TernaryArray.zeros(2, 3).add(TernaryArray.zeros(2, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shapes [2, 3] and [2, 4] do not broadcast: 3 against 4");
    assertThatThrownBy(() -> ROW.clip(1, 0)).hasMessage("cannot clip to [1, 0]");
    assertThatThrownBy(() -> ROW.clip(-2, 0)).hasMessage("trit -2 is not -1, 0 or +1");
    assertThatThrownBy(() -> ROW.equal(3)).hasMessage("trit 3 is not -1, 0 or +1");
    assertThatThrownBy(() -> TritOp.ADD.apply(0, 2)).hasMessage("trit 2 is not -1, 0 or +1");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 127, 128, 129, 511, 512, 513, 262143, 262144, 262145})
  void worksAroundTheBordersOfWordsAndChunks(int size) {
    TernaryArray a = TernaryArray.random(1, size);
    TernaryArray b = TernaryArray.random(2, size);
    int[] x = a.toIntArray();
    int[] y = b.toIntArray();
    for (TritOp op : TritOp.values()) {
      int[] expected = new int[size];
      java.util.Arrays.setAll(expected, i -> op.apply(x[i], y[i]));
      assertThat(a.apply(op, b).toIntArray()).as(op.name()).isEqualTo(expected);
      assertThat(new TernaryArrayBuilder(Shape.of(size)).assign(op, a, b).build())
          .isEqualTo(TernaryArray.of(expected));
    }
    assertThat(a.equal(b).count())
        .isEqualTo(java.util.stream.IntStream.range(0, size).filter(i -> x[i] == y[i]).count());
    assertThat(a.equal(a).all()).isTrue();
    assertThat(a.less(a).not().count()).isEqualTo(size);
  }

  @Test
  void broadcastsAsTheModelDoes() {
    Trials.forAll(
        300,
        (random, size) -> {
          Shape to = Naive.shape(random, size);
          Naive a = Naive.random(random, lessened(random, to));
          Naive b = Naive.random(random, lessened(random, to));
          Shape result = Broadcasting.shape(a.shape(), b.shape());
          List<TritOp> ops = List.of(TritOp.values());
          TritOp op = ops.get(random.nextInt(ops.size()));
          IntBinaryOperator scalar = op::apply;
          assertThat(a.array().apply(op, b.array())).isEqualTo(a.zip(b, result, scalar).array());
          assertThat(a.array().broadcastTo(to)).isEqualTo(a.broadcast(to).array());
        });
  }

  /** A shape that broadcasts to {@code to}. */
  private static Shape lessened(java.util.SplittableRandom random, Shape to) {
    int skipped = random.nextInt(to.rank() + 1);
    long[] dims = new long[to.rank() - skipped];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = random.nextBoolean() ? 1 : to.dim(skipped + i);
    }
    return Shape.of(dims);
  }
}
