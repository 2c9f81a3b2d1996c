package dev.ternary.cli.convert;

import dev.ternary.formats.file.Text;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Writes YAML as the JSON that means the same, and remembers where each value came from. Plain
 * words are what YAML's JSON schema takes them for: numbers as JSON writes them, {@code true},
 * {@code false}, {@code null}, nothing at all for null, and text otherwise. Anchors, aliases and
 * tags are refused, so that the text never becomes longer than what a person wrote.
 */
final class YamlToJson {

  private static final String NO_OBJECT =
      "an architecture must be fields with values, such as 'format: dev.ternary.nn', found ";

  /** Deeper than any architecture. */
  private static final int MOST_DEPTH = 64;

  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

  /** A list or an object that has begun, its names, and how many of its parts were written. */
  private static final class Open {
    private final boolean object;
    private final Set<String> names = new HashSet<>();
    private int written;

    Open(boolean object) {
      this.object = object;
    }
  }

  private final StringBuilder json = new StringBuilder();
  private final TreeMap<Long, Mark> marks = new TreeMap<>();
  private final Deque<Open> open = new ArrayDeque<>();

  /** The JSON, in ASCII. */
  String text() {
    return json.toString();
  }

  /** Where in the YAML the value began that lies at an offset of the JSON. */
  Optional<Mark> mark(long offset) {
    return Optional.ofNullable(marks.floorEntry(offset)).map(Map.Entry::getValue);
  }

  /**
   * Translates a text of one document.
   *
   * @throws YamlEngineException if it is no YAML, or has what is refused
   */
  void translate(String yaml) {
    var settings = LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build();
    int documents = 0;
    for (Event event : new Parse(settings).parseString(yaml)) {
      switch (event.getEventId()) {
        case DocumentStart -> {
          documents++;
          if (documents > 1) {
            throw refused(event, "an architecture is one document, here begins another");
          }
        }
        case Alias -> throw refused(event, "aliases (*name) are not taken: write the value again");
        case MappingStart -> start((CollectionStartEvent) event, true);
        case SequenceStart -> start((CollectionStartEvent) event, false);
        case MappingEnd -> end('}');
        case SequenceEnd -> end(']');
        case Scalar -> scalar((ScalarEvent) event);
        case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
      }
    }
    if (json.isEmpty()) {
      throw new YamlEngineException(NO_OBJECT + "nothing");
    }
  }

  private void start(CollectionStartEvent event, boolean object) {
    requirePlain(event, event.getTag());
    if (isKey()) {
      throw refused(event, "a field must have a word as its name, not a list or an object");
    }
    if (open.size() == MOST_DEPTH) {
      throw refused(event, "lists and objects lie more than " + MOST_DEPTH + " deep");
    }
    if (open.isEmpty() && !object) {
      throw refused(event, NO_OBJECT + "a list");
    }
    separate(event);
    open.push(new Open(object));
    json.append(object ? '{' : '[');
  }

  private void end(char bracket) {
    open.pop();
    json.append(bracket);
  }

  private void scalar(ScalarEvent event) {
    requirePlain(event, event.getTag());
    String value = event.getValue();
    Open in = open.peek();
    if (in == null) {
      throw refused(event, NO_OBJECT + "a text or a number");
    }
    if (isKey() && !in.names.add(value)) {
      throw refused(event, "field " + Text.quote(value) + " comes twice");
    }
    boolean text = isKey() || !event.isPlain();
    separate(event);
    if (!text && value.isEmpty()) {
      json.append("null");
    } else if (!text && isWord(value)) {
      json.append(value);
    } else {
      quote(value);
    }
  }

  private static boolean isWord(String value) {
    return switch (value) {
      case "true", "false", "null" -> true;
      default -> NUMBER.matcher(value).matches();
    };
  }

  /** Whether the name of a field comes next. */
  private boolean isKey() {
    Open in = open.peek();
    return in != null && in.object && in.written % 2 == 0;
  }

  private void separate(Event event) {
    Open in = open.peek();
    if (in != null) {
      if (in.written > 0) {
        json.append(in.object && in.written % 2 == 1 ? ':' : ',');
      }
      in.written++;
    }
    event.getStartMark().ifPresent(mark -> marks.put((long) json.length(), mark));
  }

  private void quote(String value) {
    json.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c >= ' ' && c < 0x7f) {
        json.append(c);
      } else {
        String hex = Integer.toHexString(c);
        json.append("\\u").repeat("0", 4 - hex.length()).append(hex);
      }
    }
    json.append('"');
  }

  private static void requirePlain(NodeEvent event, Optional<String> tag) {
    if (tag.isPresent()) {
      throw refused(event, "tags (!name) are not taken: leave '" + tag.get() + "' away");
    }
    if (event.getAnchor().isPresent()) {
      throw refused(event, "anchors (&name) are not taken: leave this one away");
    }
  }

  private static ParserException refused(Event event, String reason) {
    return new ParserException(reason, event.getStartMark());
  }
}
