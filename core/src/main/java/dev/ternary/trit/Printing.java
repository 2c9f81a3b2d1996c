package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import java.util.function.LongFunction;

/** Text of arrays as NumPy's {@code str} gives it (numpy/_core/arrayprint.py, NumPy 2). */
final class Printing {

  private static final int THRESHOLD = 1000;
  private static final int EDGE = 3;
  private static final int LINE_WIDTH = 75;

  private final Shape shape;
  private final LongFunction<String> element;
  private final boolean elided;
  private final long[] strides;
  private int width;

  private Printing(Shape shape, LongFunction<String> element) {
    this.shape = shape;
    this.element = element;
    this.elided = shape.elements() > THRESHOLD;
    this.strides = new long[shape.rank()];
    long stride = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.dim(axis);
    }
  }

  /** The text of an array whose element at a row-major position has the text that is given. */
  static String text(Shape shape, LongFunction<String> element) {
    if (shape.rank() == 0) {
      return element.apply(0);
    }
    if (shape.elements() == 0) {
      return "[]";
    }
    Printing printing = new Printing(shape, element);
    printing.measure(0, 0);
    return printing.text(0, 0, " ", LINE_WIDTH);
  }

  private boolean elided(int axis) {
    return elided && shape.dim(axis) > 2 * EDGE;
  }

  /** Position after {@code i} that is shown; -1 before the gap. */
  private long next(int axis, long i) {
    return elided(axis) && i == EDGE - 1 ? shape.dim(axis) - EDGE : i + 1;
  }

  private void measure(int axis, long at) {
    for (long i = 0; i < shape.dim(axis); i = next(axis, i)) {
      long position = at + i * strides[axis];
      if (axis == shape.rank() - 1) {
        width = Math.max(width, element.apply(position).length());
      } else {
        measure(axis + 1, position);
      }
    }
  }

  private String text(int axis, long at, String indent, int lineWidth) {
    return axis == shape.rank() - 1
        ? line(axis, at, indent, lineWidth - 1)
        : lines(axis, at, indent, lineWidth);
  }

  private String lines(int axis, long at, String indent, int lineWidth) {
    String separator = "\n".repeat(shape.rank() - axis - 1) + indent;
    StringBuilder text = new StringBuilder("[");
    for (long i = 0; i < shape.dim(axis); i = next(axis, i)) {
      if (i > 0) {
        text.append(separator);
      }
      if (i > 0 && elided(axis) && i == shape.dim(axis) - EDGE) {
        text.append("...").append(separator);
      }
      text.append(text(axis + 1, at + i * strides[axis], indent + " ", lineWidth - 1));
    }
    return text.append(']').toString();
  }

  private String line(int axis, long at, String indent, int lineWidth) {
    StringBuilder done = new StringBuilder();
    StringBuilder line = new StringBuilder(indent);
    for (long i = 0; i < shape.dim(axis); i = next(axis, i)) {
      if (i > 0) {
        line.append(' ');
      }
      if (i > 0 && elided(axis) && i == shape.dim(axis) - EDGE) {
        append(done, line, "...", indent, lineWidth);
        line.append(' ');
      }
      String word = element.apply(at + i * strides[axis]);
      append(done, line, " ".repeat(width - word.length()) + word, indent, lineWidth);
    }
    return "[" + done.append(line).substring(indent.length()) + "]";
  }

  private static void append(
      StringBuilder done, StringBuilder line, String word, String indent, int lineWidth) {
    if (line.length() + word.length() > lineWidth) {
      done.append(line.toString().stripTrailing()).append('\n');
      line.setLength(0);
      line.append(indent);
    }
    line.append(word);
  }
}
