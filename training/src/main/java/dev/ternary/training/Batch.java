package dev.ternary.training;

/** Examples of one step in Java memory, used again for later steps. */
final class Batch {

  /** The examples one after the other. */
  final float[] values;

  /** Their classes. */
  final int[] labels;

  /** 1 at the class of each example, {@code [examples, classes]}. */
  final float[] target;

  Batch(int examples, int elements, int classes) {
    values = new float[Math.multiplyExact(examples, elements)];
    labels = new int[examples];
    target = new float[Math.multiplyExact(examples, classes)];
  }

  int size() {
    return labels.length;
  }

  int classes() {
    return target.length / labels.length;
  }
}
