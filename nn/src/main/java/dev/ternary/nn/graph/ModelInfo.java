package dev.ternary.nn.graph;

import dev.ternary.formats.file.Text;
import dev.ternary.tensor.Shape;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What inputs and outputs of a graph mean to people. It does not change what is computed.
 *
 * @param image how an image becomes the only input; empty if it is none, or nobody knows
 * @param classes what the outputs are called, in order; empty if they are no classes, or nobody
 *     knows
 */
public record ModelInfo(Optional<ImageInput> image, List<String> classes) {

  public ModelInfo {
    Objects.requireNonNull(image, "image");
    classes = List.copyOf(classes);
    for (String name : classes) {
      if (!Names.isText(name)) {
        throw new IllegalArgumentException(
            "the class name " + Text.quote(name) + " has characters that are no text");
      }
    }
  }

  /** Nothing is known. */
  public static ModelInfo none() {
    return new ModelInfo(Optional.empty(), List.of());
  }

  /** Checks that it is about a graph of these inputs. */
  void check(List<Input> inputs, List<Shape> outputs) {
    image.ifPresent(i -> {
      Dims dims = inputs.getFirst().dims();
      var planes = Dims.of(Shape.of(i.channels(), i.height(), i.width()));
      var plane = Dims.of(Shape.of(i.height(), i.width()));
      if (inputs.size() != 1
          || !(dims.equals(planes) || (i.channels() == 1 && dims.equals(plane)))) {
        throw new IllegalArgumentException(
            "the image " + planes + " is no input of a graph that takes " + inputs);
      }
    });
    boolean named = outputs.size() == 1 && outputs.getFirst().elements() == classes.size();
    if (!classes.isEmpty() && !named) {
      throw new IllegalArgumentException(
          classes.size() + " class names do not fit outputs of shape " + outputs);
    }
  }
}
