package dev.ternary.cli.inspect;

import dev.ternary.formats.FormatException;
import dev.ternary.nn.graph.GraphFile;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ModelInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a model takes and what it answers, for people. */
final class CardLines {

  private static final int WIDTH = 78;

  private CardLines() {}

  /** The lines on the model in a file with an architecture. */
  static List<String> of(Path file) throws IOException {
    try (GraphFile graph = GraphFile.open(file)) {
      var lines = new ArrayList<String>();
      lines.add("model: " + graph.graph());
      ModelInfo info = graph.graph().info();
      lines.add(
          "takes: "
              + info.image()
                  .map(CardLines::image)
                  .orElse("numbers; the file does not say what they mean"));
      if (!info.classes().isEmpty()) {
        lines.add(classes(info.classes()));
      }
      return lines;
    } catch (FormatException e) {
      return List.of("model: cannot run here: " + e.reason());
    }
  }

  private static String image(ImageInput image) {
    String kind = image.channels() == 1 ? "grey" : "colour";
    String polarity =
        switch (image.polarity()) {
          case AS_IS -> "as they are";
          case BRIGHT_ON_DARK -> "bright objects on dark";
          case DARK_ON_BRIGHT -> "dark objects on bright";
        };
    String scaled =
        image.mean().isEmpty() && image.std().isEmpty()
            ? ""
            : "; mean " + image.mean() + ", std " + image.std();
    return kind
        + " pictures of "
        + image.height()
        + " x "
        + image.width()
        + ", "
        + polarity
        + ", numbers "
        + number(image.low())
        + ".."
        + number(image.high())
        + scaled;
  }

  private static String number(float value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }

  /** As many names as fit on a line. */
  private static String classes(List<String> names) {
    var line = new StringBuilder(names.size() + " classes: ");
    for (int i = 0; i < names.size(); i++) {
      if (line.length() + names.get(i).length() > WIDTH) {
        return line + "...";
      }
      line.append(names.get(i)).append(i == names.size() - 1 ? "" : ", ");
    }
    return line.toString();
  }
}
