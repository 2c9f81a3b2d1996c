package dev.ternary.cli.run;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ModelInfo;
import dev.ternary.nn.graph.Operation;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a model's input and outputs: what its file says, and what the options say.
 *
 * @param image the pictures that it takes, if that is known
 * @param classes names of the outputs, or none
 * @param probabilities whether the outputs are probabilities already
 */
record Card(Optional<ImageInput> image, List<String> classes, boolean probabilities) {

  Card {
    classes = List.copyOf(classes);
  }

  /**
   * The card of a model.
   *
   * @throws IllegalArgumentException if the options do not fit the model
   */
  static Card of(Graph graph, CardOptions options) throws IOException {
    ModelInfo info = graph.info();
    List<String> classes = options.classes(graph);
    boolean probabilities =
        !graph.nodes().isEmpty()
            && graph.nodes().getLast().operation() instanceof Operation.Softmax;
    return new Card(options.image(info, graph.inputs()), classes, probabilities);
  }

  /** What an output is called. */
  String name(int output) {
    return classes.isEmpty() ? "class " + output : classes.get(output);
  }
}
