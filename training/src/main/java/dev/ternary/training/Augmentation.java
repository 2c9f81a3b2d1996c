package dev.ternary.training;

import dev.ternary.tensor.Shape;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** A random change of one training example. */
public sealed interface Augmentation {

  /** Changes the example of this shape whose values begin at {@code offset}. */
  void apply(Shape shape, float[] values, int offset, RandomGenerator random);

  /** No change. */
  record None() implements Augmentation {
    @Override
    public void apply(Shape shape, float[] values, int offset, RandomGenerator random) {}
  }

  /**
   * Moves an image, the last two dimensions of the shape, by up to {@code pixels} each way.
   *
   * @param pixels the farthest move, 0 or more
   * @param fill value of the pixels that come in
   * @param mirror whether half of the images are mirrored left to right
   */
  record Shift(int pixels, float fill, boolean mirror) implements Augmentation {
    /** Checks the distance. */
    public Shift {
      if (pixels < 0) {
        throw new IllegalArgumentException("a shift needs 0 pixels or more, got " + pixels);
      }
    }

    @Override
    public void apply(Shape shape, float[] values, int offset, RandomGenerator random) {
      int height = Math.toIntExact(shape.dim(shape.rank() - 2));
      int width = Math.toIntExact(shape.dim(shape.rank() - 1));
      int planes = Math.toIntExact(shape.elements() / ((long) height * width));
      int down = random.nextInt(-pixels, pixels + 1);
      int right = random.nextInt(-pixels, pixels + 1);
      boolean flip = mirror && random.nextBoolean();
      float[] plane = new float[height * width];
      for (int p = 0; p < planes; p++) {
        int from = offset + p * plane.length;
        Arrays.fill(plane, fill);
        for (int y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
          for (int x = Math.max(0, -right); x < Math.min(width, width - right); x++) {
            int source = flip ? width - 1 - x : x;
            plane[(y + down) * width + x + right] = values[from + y * width + source];
          }
        }
        System.arraycopy(plane, 0, values, from, plane.length);
      }
    }
  }
}
