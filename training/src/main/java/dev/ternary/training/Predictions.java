package dev.ternary.training;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a classifier said of examples whose classes are known. Immutable. */
public final class Predictions {

  private final int[] labels;
  private final int[] predicted;

  /**
   * Predictions of all examples.
   *
   * @param labels the true class of each example
   * @param predicted the class that was predicted for each
   */
  public Predictions(int[] labels, int[] predicted) {
    if (labels.length != predicted.length) {
      throw new IllegalArgumentException(
          labels.length + " labels but " + predicted.length + " predictions");
    }
    this.labels = labels.clone();
    this.predicted = predicted.clone();
  }

  /** Share of the examples whose class was predicted; NaN without examples. */
  public double accuracy() {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += labels[i] == predicted[i] ? 1 : 0;
    }
    return labels.length == 0 ? Double.NaN : (double) right / labels.length;
  }

  /**
   * How often each true class was taken for each class: {@code [true class][predicted class]}.
   *
   * @param classes number of classes, above all labels and predictions
   */
  public List<List<Integer>> confusion(int classes) {
    int[][] counts = new int[classes][classes];
    for (int i = 0; i < labels.length; i++) {
      counts[labels[i]][predicted[i]]++;
    }
    return Stream.of(counts).map(row -> IntStream.of(row).boxed().toList()).toList();
  }
}
