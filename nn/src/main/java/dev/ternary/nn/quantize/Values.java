package dev.ternary.nn.quantize;

import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What one value of a graph is for all samples, in parts of some samples. */
final class Values implements AutoCloseable {

  private final Shape sample;
  private final int perPart;
  private final List<Store.Kept> parts = new ArrayList<>();
  private int samples;

  /**
   * Values to be added to.
   *
   * @param sample shape of one
   * @param perPart samples of each part but the last
   */
  Values(Shape sample, int perPart) {
    this.sample = sample;
    this.perPart = perPart;
  }

  void add(Store.Kept part) {
    parts.add(part);
    samples += Math.toIntExact(part.tensor().shape().dim(0));
  }

  Shape sample() {
    return sample;
  }

  int samples() {
    return samples;
  }

  int parts() {
    return parts.size();
  }

  Tensor part(int index) {
    return parts.get(index).tensor();
  }

  /** Copies one sample. */
  void copy(int index, float[] into) {
    part(index / perPart).copyTo((long) (index % perPart) * sample.elements(), into);
  }

  /** Frees the memory; they must not be read any more. May be called again. */
  @Override
  public void close() {
    parts.forEach(Store.Kept::close);
    parts.clear();
  }
}
