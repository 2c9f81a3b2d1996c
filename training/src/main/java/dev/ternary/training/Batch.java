package dev.ternary.training;

/**
 * Examples of one step in Java memory, which {@link BatchLoader} fills again for later steps. The
 * arrays are not copied: a training hands them to its framework as they are.
 */
public final class Batch {

  private final float[] values;
  private final int[] labels;
  private final float[] target;

  Batch(int examples, int elements, int classes) {
    values = new float[Math.multiplyExact(examples, elements)];
    labels = new int[examples];
    target = new float[Math.multiplyExact(examples, classes)];
  }

  /** The examples one after the other. */
  public float[] values() {
    return values;
  }

  /** Their classes. */
  public int[] labels() {
    return labels;
  }

  /** 1 at the class of each example, {@code [examples, classes]}. */
  public float[] target() {
    return target;
  }

  /** Number of examples. */
  public int size() {
    return labels.length;
  }

  /** Number of classes. */
  public int classes() {
    return target.length / labels.length;
  }
}
