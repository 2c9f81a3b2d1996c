package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * In which order the elements of an image {@code [channels, height, width]} lie in memory. Values
 * that do not have three dimensions always lie as their shape says.
 */
enum Order {
  /** As the shape says. */
  CHANNELS_FIRST,

  /** {@code [height, width, channels]}. */
  CHANNELS_LAST;

  /** Dimensions of an image. */
  static final int RANK = 3;

  /** For each dimension of an image in memory, which dimension of the image it is. */
  List<Integer> dims() {
    return switch (this) {
      case CHANNELS_FIRST -> List.of(0, 1, 2);
      case CHANNELS_LAST -> List.of(1, 2, 0);
    };
  }

  /** Where in memory the dimension {@code axis} of an image is. */
  int place(int axis) {
    return dims().indexOf(axis);
  }

  /** The dimensions in memory of a value. */
  Shape lying(Shape shape) {
    if (this == CHANNELS_FIRST || shape.rank() > RANK) {
      return shape;
    }
    // Fewer dimensions are the last of an image, with ones in front, for operations that broadcast.
    long[] image = {1, 1, 1};
    System.arraycopy(shape.toArray(), 0, image, RANK - shape.rank(), shape.rank());
    return Shape.of(dims().stream().mapToLong(axis -> image[axis]).toArray());
  }

  /** Whether images of this shape lie the same in all orders. */
  static boolean allSame(Shape shape) {
    return shape.rank() != RANK || shape.dim(0) == 1 || shape.dim(1) * shape.dim(2) == 1;
  }
}
