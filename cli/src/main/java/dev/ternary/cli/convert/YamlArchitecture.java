package dev.ternary.cli.convert;

import dev.ternary.formats.FormatException;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.GraphFile;
import dev.ternary.nn.graph.StateDict;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** An architecture file in YAML: the reader of JSON gets the same tree, and errors their lines. */
final class YamlArchitecture {

  /** ResNet-152 in YAML has 50 kB. */
  private static final long MOST_BYTES = 1L << 20;

  private YamlArchitecture() {}

  /**
   * The graph that the file makes of the tensors of a checkpoint.
   *
   * @param weights must stay open as long as the graph is used
   * @throws FormatException if the file is no YAML of plain values, no architecture, or does not
   *     fit the tensors; the message has the line
   * @throws IOException if it cannot be read
   */
  static Graph read(Path file, StateDict weights) throws IOException {
    String text = text(file);
    var json = new YamlToJson();
    try {
      json.translate(text);
      return GraphFile.read(file, json.text(), weights);
    } catch (MarkedYamlEngineException e) {
      throw error(file, text, e.getProblemMark().or(e::getContextMark), e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw error(file, text, Optional.empty(), String.valueOf(e.getMessage()), e);
    } catch (FormatException e) {
      throw error(file, text, json.mark(e.offset()), e.reason(), e);
    }
  }

  private static String text(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new FormatException(
          file,
          0,
          "an architecture may have "
              + MOST_BYTES
              + " bytes of YAML at most, this one has "
              + Files.size(file));
    }
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new FormatException(file, 0, "an architecture must be text in UTF-8", e);
    }
  }

  private static FormatException error(
      Path file, String text, Optional<Mark> mark, String reason, Exception cause) {
    if (mark.isEmpty()) {
      return new FormatException(file, 0, reason, cause);
    }
    int line = mark.get().getLine();
    int end = text.offsetByCodePoints(0, Math.min(mark.get().getIndex(), codePoints(text)));
    long offset = text.substring(0, end).getBytes(StandardCharsets.UTF_8).length;
    return new FormatException(file, offset, "line " + (line + 1) + ": " + reason, cause);
  }

  private static int codePoints(String text) {
    return text.codePointCount(0, text.length());
  }
}
