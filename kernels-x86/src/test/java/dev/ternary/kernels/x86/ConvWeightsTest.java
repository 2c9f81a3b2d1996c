package dev.ternary.kernels.x86;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import org.junit.jupiter.api.Test;

class ConvWeightsTest {

  /** Sizes that wrap around in an int, to small ones or to negative ones. */
  @Test
  void generatedCodeTakesNoPaddingThatDwarfsTheImage() {
    var wide = new ConvGeometry(1, 1 << 20, 0, 1 << 19, 1, 1, 1);
    assertThat(ConvWeights.fits(new ConvShape(4096, 1, 1, 1, 1, 1, wide))).isFalse();
    var wider = new ConvGeometry(1, 1 << 30, 0, (1 << 29) - 1, 1, 1, 1);
    assertThat(ConvWeights.fits(new ConvShape(4, 1, 1, 1, 1, 1, wider))).isFalse();
    assertThat(ConvWeights.fits(new ConvShape(16, 32, 32, 16, 3, 3, ConvGeometry.of(1, 1))))
        .isTrue();
  }
}
