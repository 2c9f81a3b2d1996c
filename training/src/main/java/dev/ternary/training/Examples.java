package dev.ternary.training;

import dev.ternary.tensor.Shape;
import java.util.Arrays;
import java.util.Objects;

/**
 * Labelled examples in Java memory. Images are kept as bytes and become normalised floats where a
 * batch is made. Immutable as long as nobody writes the given arrays, which are not copied.
 */
public final class Examples {

  private final Shape shape;
  private final int elements;
  private final int[] labels;
  private final Source source;

  /** Writes the floats of one example. */
  private interface Source {
    void copy(int example, float[] into, int offset);
  }

  private Examples(Shape shape, int[] labels, long values, Source source) {
    this.shape = shape;
    this.elements = Math.toIntExact(shape.elements());
    this.labels = labels;
    this.source = source;
    if (values != (long) labels.length * elements) {
      throw new IllegalArgumentException(
          labels.length
              + " labels of examples of shape "
              + shape
              + " need "
              + (long) labels.length * elements
              + " values, got "
              + values);
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0) {
        throw new IllegalArgumentException("label " + labels[i] + " at index " + i);
      }
    }
  }

  /**
   * Images of one byte a value, {@code 0..255}, which become {@code (value / 255 - mean) / std}.
   *
   * @param shape of one image, channels first where there are channels
   * @param mean one number for each channel
   * @param std as many
   */
  public static Examples ofBytes(
      Shape shape, byte[] pixels, int[] labels, float[] mean, float[] std) {
    int channels = mean.length;
    int elements = Math.toIntExact(shape.elements());
    if (channels == 0 || std.length != channels || elements % channels != 0) {
      throw new IllegalArgumentException(
          "mean and std need one number for each channel of "
              + shape
              + ", got "
              + channels
              + " and "
              + std.length);
    }
    float[][] tables = new float[channels][256];
    for (int c = 0; c < channels; c++) {
      for (int v = 0; v < 256; v++) {
        tables[c][v] = (v / 255f - mean[c]) / std[c];
      }
    }
    int plane = elements / channels;
    return new Examples(
        shape,
        labels,
        pixels.length,
        (example, into, offset) -> {
          int from = example * elements;
          for (int c = 0; c < channels; c++) {
            float[] table = tables[c];
            for (int i = c * plane; i < (c + 1) * plane; i++) {
              into[offset + i] = table[pixels[from + i] & 0xff];
            }
          }
        });
  }

  /** Examples of floats, used as they are. */
  public static Examples ofFloats(Shape shape, float[] values, int[] labels) {
    int elements = Math.toIntExact(shape.elements());
    return new Examples(
        shape,
        labels,
        values.length,
        (example, into, offset) ->
            System.arraycopy(values, example * elements, into, offset, elements));
  }

  /** The examples {@code [from, to)}. */
  public Examples slice(int from, int to) {
    Objects.checkFromToIndex(from, to, size());
    return new Examples(
        shape,
        Arrays.copyOfRange(labels, from, to),
        (long) (to - from) * elements,
        (example, into, offset) -> source.copy(from + example, into, offset));
  }

  /** Number of examples. */
  public int size() {
    return labels.length;
  }

  /** Shape of one example. */
  public Shape shape() {
    return shape;
  }

  /** Shape of {@code count} examples one after the other: {@code [count, ...]}. */
  public Shape batchShape(int count) {
    long[] dims = new long[shape.rank() + 1];
    dims[0] = count;
    System.arraycopy(shape.toArray(), 0, dims, 1, shape.rank());
    return Shape.of(dims);
  }

  /** Class of one example, 0 or more. */
  public int label(int example) {
    return labels[example];
  }

  /** Number of classes: the highest label plus 1. */
  public int classes() {
    return Arrays.stream(labels).max().orElse(-1) + 1;
  }

  /** Writes one example's floats to {@code into} from {@code offset} on. */
  public void copy(int example, float[] into, int offset) {
    Objects.checkIndex(example, size());
    source.copy(example, into, offset);
  }
}
