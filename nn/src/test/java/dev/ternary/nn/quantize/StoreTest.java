package dev.ternary.nn.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import org.junit.jupiter.api.Test;

class StoreTest {

  @Test
  void whatIsBeyondTheLimitLiesInAFileUntilItIsFreed() {
    var store = new Store(16);
    Tensor values = Tensor.of(Shape.of(3), 1f, -2f, 3f);
    Store.Kept first = store.keep(values);
    Store.Kept second = store.keep(values);
    assertThat(first.tensor().data().isMapped()).isFalse();
    assertThat(second.tensor().data().isMapped()).isTrue();
    assertThat(second.tensor().toFloatArray()).containsExactly(1, -2, 3);
    second.close();
    Tensor freed = second.tensor();
    assertThatThrownBy(freed::data).isInstanceOf(IllegalStateException.class);
    first.close();
    assertThat(store.keep(values).tensor().data().isMapped()).isFalse();
  }
}
