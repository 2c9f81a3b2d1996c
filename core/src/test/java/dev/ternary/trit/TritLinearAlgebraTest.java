package dev.ternary.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.testkit.Trials;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TritLinearAlgebraTest {

  private static final TernaryArray A = TernaryArray.of(new int[][] {{1, 0, -1}, {1, 1, -1}});

  private static long[] longs(Tensor tensor) {
    long[] values = new long[(int) tensor.shape().elements()];
    Arrays.setAll(values, tensor::getLong);
    return values;
  }

  @Test
  void multipliesAKnownMatrix() {
    assertThat(longs(A.matmul(A.transpose()))).containsExactly(2, 2, 2, 3);
    assertThat(longs(A.matmul(TernaryArray.of(1, -1, -1)))).containsExactly(2, 1);
    assertThat(longs(TernaryArray.of(1, -1).matmul(A))).containsExactly(0, -1, 0);
    assertThat(TernaryArray.of(1, -1).matmul(TernaryArray.of(1, -1)).shape()).isEqualTo(Shape.of());
    assertThat(A.dot(A)).isEqualTo(5);
    assertThat(A.dot(A.not())).isEqualTo(-5);
    assertThat(A.norm()).isEqualTo(Math.sqrt(5));
    assertThat(A.hammingDistance(A.not())).isEqualTo(5);
    assertThat(A.cosine(A.not())).isCloseTo(-1, within(1e-15));
    assertThat(A.cosine(TernaryArray.zeros(2, 3))).isNaN();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 3, 2",
    "3, 0, 2",
    "1, 1, 1",
    "5, 63, 7",
    "2, 64, 65",
    "3, 65, 64",
    "70, 127, 66",
    "65, 200, 130"
  })
  void multipliesMatricesAsTheModelDoes(int rows, int inner, int cols) {
    TernaryArray a = TernaryArray.random(1, rows, inner);
    TernaryArray b = TernaryArray.random(2, inner, cols);
    long[] expected = new long[rows * cols];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        for (int k = 0; k < inner; k++) {
          expected[i * cols + j] += (long) a.get(i, k) * b.get(k, j);
        }
      }
    }
    assertThat(longs(a.matmul(b))).isEqualTo(expected);
  }

  @Test
  void broadcastsStacksOfMatrices() {
    TernaryArray a = TernaryArray.random(1, 2, 1, 3, 70);
    TernaryArray b = TernaryArray.random(2, 4, 70, 5);

    Tensor product = a.matmul(b);

    assertThat(product.shape()).isEqualTo(Shape.of(2, 4, 3, 5));
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 4; j++) {
        Tensor part = a.slice(Index.at(i), Index.at(0)).matmul(b.slice(Index.at(j)));
        assertThat(longs(product.slice(i, i + 1).reshape(Shape.of(4, 15)).slice(j, j + 1)))
            .isEqualTo(longs(part));
      }
    }
    assertThat(a.matmul(TernaryArray.zeros(70)).shape()).isEqualTo(Shape.of(2, 1, 3));
    assertThat(TernaryArray.zeros(70).matmul(b).shape()).isEqualTo(Shape.of(4, 5));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 127, 1000, 262143, 262145})
  void measuresVectorsAroundTheBordersOfWords(int size) {
    TernaryArray a = TernaryArray.random(3, size);
    TernaryArray b = TernaryArray.random(4, size);
    long dot = 0;
    long differing = 0;
    for (int i = 0; i < size; i++) {
      dot += (long) a.get(i) * b.get(i);
      differing += a.get(i) == b.get(i) ? 0 : 1;
    }
    assertThat(a.dot(b)).isEqualTo(dot);
    assertThat(a.hammingDistance(b)).isEqualTo(differing);
  }

  @Test
  void refusesShapesThatDoNotMultiply() {
    assertThatThrownBy(() -> A.matmul(A))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "shapes [2, 3] and [2, 3] do not multiply: the last axis of the left is not as long as"
                + " the one it meets");
    assertThatThrownBy(() -> A.matmul(TernaryArray.ones()))
        .hasMessage(
            "shapes [2, 3] and [] do not multiply: a matrix product needs at least one axis each");
    assertThatThrownBy(() -> TernaryArray.zeros(2, 1, 1).matmul(TernaryArray.zeros(3, 1, 1)))
        .hasMessage(
            "shapes [2, 1, 1] and [3, 1, 1] do not multiply: shapes [2] and [3] do not broadcast:"
                + " 2 against 3");
    assertThatThrownBy(() -> A.dot(A.transpose()))
        .hasMessage("shapes [2, 3] and [3, 2] are not the same");
    assertThatThrownBy(() -> A.hammingDistance(TernaryArray.zeros(3)))
        .hasMessage("shapes [2, 3] and [3] are not the same");
  }

  @Test
  void sortsAlongAnyAxisAsTheModelDoes() {
    Trials.forAll(
        300,
        (random, size) -> {
          Shape shape = Naive.shape(random, size);
          if (shape.rank() == 0) {
            return;
          }
          TernaryArray array = Naive.random(random, shape).array();
          int axis = random.nextInt(shape.rank());
          TernaryArray sorted = array.sort(axis - shape.rank());
          Tensor order = array.argSort(axis);
          assertThat(sorted.shape()).isEqualTo(shape);
          assertThat(order.shape()).isEqualTo(shape);
          for (int i = 0; i < array.size(); i++) {
            long[] index = shape.indexOf(i);
            long[] from = index.clone();
            from[axis] = order.getLong(i);
            assertThat(sorted.get(index)).isEqualTo(array.get(from));
            if (index[axis] > 0) {
              checkInOrder(array, sorted, order, index, axis);
            }
          }
        });
  }

  private static void checkInOrder(
      TernaryArray array, TernaryArray sorted, Tensor order, long[] index, int axis) {
    long[] before = index.clone();
    before[axis]--;
    int step = sorted.get(index) - sorted.get(before);
    assertThat(step).isNotNegative();
    if (step == 0) {
      assertThat(order.getLong(Indexing.flat(array.shape(), index)))
          .isGreaterThan(order.getLong(Indexing.flat(array.shape(), before)));
    }
  }
}
