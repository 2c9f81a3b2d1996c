package dev.ternary.cli.run;

import dev.ternary.cli.terminal.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What the outputs of a model say.
 *
 * @param card what the outputs mean
 * @param top how many classes are told; empty: five of more than 20, else one
 */
record Answers(Card card, Optional<Integer> top) {

  /** Outputs of more than so many are not shown one by one. */
  static final int FEW = 20;

  private static final int OF_MANY = 5;

  /**
   * One output.
   *
   * @param name of its class
   * @param share its probability, 0 to 1
   */
  record Answer(String name, float value, double share) {

    /** Such as {@code 98 %}. */
    String percent() {
      return Math.round(100 * share) + " %";
    }

    /** Such as {@code ankle boot (97 %)}. */
    @Override
    public String toString() {
      return name + " (" + percent() + ")";
    }
  }

  /** How many classes are told. */
  int told(int outputs) {
    return Math.min(outputs, top.orElse(outputs > FEW ? OF_MANY : 1));
  }

  /** The classes that are told, the likeliest first, and of equal ones the first. */
  List<Answer> of(float[] outputs) {
    double[] shares = shares(outputs);
    List<Integer> order =
        IntStream.range(0, outputs.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble(
                    o -> Double.isNaN(outputs[o]) ? Double.POSITIVE_INFINITY : -outputs[o]))
            .limit(told(outputs.length))
            .toList();
    var answers = new ArrayList<Answer>();
    for (int o : order) {
      answers.add(new Answer(Table.printable(card.name(o)), outputs[o], shares[o]));
    }
    return answers;
  }

  /** Softmax of the outputs, or they themselves where the model ends with it. */
  private double[] shares(float[] outputs) {
    double[] shares = new double[outputs.length];
    double most = Double.NEGATIVE_INFINITY;
    for (float output : outputs) {
      most = Math.max(most, output);
    }
    double sum = 0;
    for (int i = 0; i < outputs.length; i++) {
      shares[i] = card.probabilities() ? outputs[i] : Math.exp(outputs[i] - most);
      sum += shares[i];
    }
    for (int i = 0; i < outputs.length && !card.probabilities(); i++) {
      shares[i] /= sum;
    }
    return shares;
  }
}
