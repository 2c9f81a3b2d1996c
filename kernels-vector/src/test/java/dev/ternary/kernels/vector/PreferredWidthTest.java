package dev.ternary.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.Probe;
import jdk.incubator.vector.VectorShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Runs in a JVM that was told of no width; the other tests run once a width. */
@DisabledIfSystemProperty(
    named = VectorWidth.PROPERTY,
    matches = ".*",
    disabledReason = "this JVM was told of a width")
class PreferredWidthTest {

  @Test
  void unlessToldOtherwiseTheKernelTakesTheWidthThatTheJvmPrefers() {
    int preferred = VectorShape.preferredShape().vectorBitSize();
    assertThat(VectorWidth.bits()).isEqualTo(preferred);
    switch (new VectorKernelProvider().probe()) {
      case Probe.Usable usable ->
          assertThat(usable.kernel().name()).isEqualTo("vector-" + preferred);
      case Probe.Unusable unusable ->
          assertThat(unusable.reason())
              .isEqualTo("vectors are " + preferred + " bits wide; 128, 256 or 512 needed");
    }
  }

  @Test
  void thePreferredWidthIsOneOfThoseThatAllTestsRunAt() {
    assertThat(VectorShape.preferredShape().vectorBitSize()).isIn(128, 256, 512);
  }
}
