package dev.ternary.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ResamplingTest {

  private static void expect(Plane plane, float... values) {
    assertThat(plane.values()).hasSize(values.length);
    for (int i = 0; i < values.length; i++) {
      assertThat(plane.values()[i]).as("value " + i).isCloseTo(values[i], within(2e-6f));
    }
  }

  @Test
  void downIsTheAverageOfTheAreaThatEachNewPixelCovers() {
    var row = new Plane(5, 1, new float[] {10, 20, 30, 40, 50});
    // Each covers 2.5 pixels: (10 + 20 + 30/2) / 2.5 and (30/2 + 40 + 50) / 2.5.
    expect(Resampling.AREA.resize(row, 2, 1), 18, 42);
    var square = new Plane(2, 2, new float[] {1, 2, 3, 6});
    expect(Resampling.AREA.resize(square, 1, 1), 3);
  }

  @Test
  void upIsBilinear() {
    var row = new Plane(2, 1, new float[] {0, 4});
    // Centres of new pixels lie at -0.25, 0.25, 0.75 and 1.25 of the old ones.
    for (Resampling each : Resampling.values()) {
      expect(each.resize(row, 4, 1), 0, 1, 3, 4);
    }
  }

  /**
   * {@code torch.nn.functional.interpolate(x, size, mode="bilinear", antialias=True)} of torch
   * 2.13.0, which torchvision's Resize calls; {@code x[i][j] = (7ii + 3ijj + 5j) % 11 / 10}.
   */
  @Test
  void triangleDoesAsTorchDoes() {
    float[] x = new float[35];
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 7; j++) {
        x[i * 7 + j] = (7 * i * i + 3 * j * j * i + 5 * j) % 11 / 10f;
      }
    }
    var plane = new Plane(7, 5, x);
    expect(Resampling.TRIANGLE.resize(plane, 3, 2), TORCH_DOWN);
    float[] up = Resampling.TRIANGLE.resize(plane, 10, 9).values();
    for (int i = 0; i < TORCH_UP_FIRST.length; i++) {
      assertThat(up[i]).isCloseTo(TORCH_UP_FIRST[i], within(2e-6f));
    }
  }

  private static final float[] TORCH_DOWN = {
    0.534091f, 0.647326f, 0.609091f, 0.537662f, 0.588503f, 0.623377f
  };

  private static final float[] TORCH_UP_FIRST = {
    0.0f, 0.275f, 0.625f, 0.975f, 0.61f, 0.575f, 0.87f, 0.45f, 0.525f, 0.8f, //
    0.233333f, 0.361667f, 0.575f, 0.878333f, 0.596667f, 0.596667f, 0.878334f, 0.575f, 0.526667f,
        0.6f
  };
}
