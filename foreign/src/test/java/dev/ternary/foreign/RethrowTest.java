package dev.ternary.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class RethrowTest {

  @Test
  void whatNeedsNoDeclarationIsPassedOnAsItIs() {
    var exception = new IllegalArgumentException("x");
    assertThat(Rethrow.of(exception)).isSameAs(exception);
    var error = new AssertionError("y");
    assertThatThrownBy(() -> Rethrow.of(error)).isSameAs(error);
  }

  @Test
  void whatMustBeDeclaredBecomesACause() {
    var checked = new IOException("z");
    assertThat(Rethrow.of(checked))
        .isInstanceOf(IllegalStateException.class)
        .cause()
        .isSameAs(checked);
  }
}
