package dev.ternary.formats.json;

import dev.ternary.formats.file.Text;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes JSON: the same calls give the same text. Inside an object each value has a name, inside an
 * array none; {@link #toString} gives the text once all is closed. Not for several threads at once.
 */
public final class JsonWriter {

  /** An object or array that is open. */
  private static final class Level {
    private final char close;
    private boolean empty = true;

    Level(char close) {
      this.close = close;
    }
  }

  private final boolean pretty;
  private final StringBuilder text = new StringBuilder();
  private final Deque<Level> open = new ArrayDeque<>();

  private JsonWriter(boolean pretty) {
    this.pretty = pretty;
  }

  /** Writes without white space. */
  public static JsonWriter compact() {
    return new JsonWriter(false);
  }

  /** Writes a line for each value, two spaces further in for each level. */
  public static JsonWriter pretty() {
    return new JsonWriter(true);
  }

  /** Opens the outermost object, or one in an array. */
  public JsonWriter object() {
    return begin('{', '}');
  }

  /** Opens an object in an object. */
  public JsonWriter object(String name) {
    name(name);
    return push('{', '}');
  }

  /** Opens the outermost array, or one in an array. */
  public JsonWriter array() {
    return begin('[', ']');
  }

  /** Opens an array in an object. */
  public JsonWriter array(String name) {
    name(name);
    return push('[', ']');
  }

  /** Closes what was opened last. */
  public JsonWriter end() {
    Level level = open.poll();
    if (level == null) {
      throw new IllegalStateException("no object or array is open");
    }
    if (!level.empty) {
      newLine();
    }
    text.append(level.close);
    return this;
  }

  /** A string field. */
  public JsonWriter put(String name, String value) {
    name(name);
    quote(value);
    return this;
  }

  /** A field with a whole number. */
  public JsonWriter put(String name, long value) {
    name(name);
    text.append(value);
    return this;
  }

  /** A field with a number, the shortest digits that give it back. */
  public JsonWriter put(String name, double value) {
    String digits = finite("field " + Text.quote(name), value);
    name(name);
    text.append(digits);
    return this;
  }

  /** A field with a number, the shortest digits that give this float back. */
  public JsonWriter put(String name, float value) {
    String digits = finite("field " + Text.quote(name), value);
    name(name);
    text.append(digits);
    return this;
  }

  /** A field that is true or false. */
  public JsonWriter put(String name, boolean value) {
    name(name);
    text.append(value);
    return this;
  }

  /** A field that is an array of whole numbers, on one line. */
  public JsonWriter put(String name, long... values) {
    name(name);
    text.append('[');
    for (int i = 0; i < values.length; i++) {
      text.append(i == 0 ? "" : pretty ? ", " : ",").append(values[i]);
    }
    text.append(']');
    return this;
  }

  /** A string in an array. */
  public JsonWriter add(String value) {
    next(']');
    quote(value);
    return this;
  }

  /** A whole number in an array. */
  public JsonWriter add(long value) {
    next(']');
    text.append(value);
    return this;
  }

  /** A number in an array, the shortest digits that give it back. */
  public JsonWriter add(double value) {
    String digits = finite("a number", value);
    next(']');
    text.append(digits);
    return this;
  }

  /** A number in an array, the shortest digits that give this float back. */
  public JsonWriter add(float value) {
    String digits = finite("a number", value);
    next(']');
    text.append(digits);
    return this;
  }

  /**
   * The text.
   *
   * @throws IllegalStateException if an object or array is still open
   */
  @Override
  public String toString() {
    if (!open.isEmpty() || text.isEmpty()) {
      throw new IllegalStateException(
          text.isEmpty() ? "nothing was written" : open.size() + " objects or arrays are open");
    }
    return text.toString();
  }

  private JsonWriter begin(char start, char close) {
    if (!open.isEmpty() || !text.isEmpty()) {
      next(']');
    }
    return push(start, close);
  }

  private JsonWriter push(char start, char close) {
    text.append(start);
    open.push(new Level(close));
    return this;
  }

  private void name(String name) {
    next('}');
    quote(name);
    text.append(pretty ? ": " : ":");
  }

  /** Goes to the place of the next value of the open level, which must close with this. */
  private void next(char close) {
    Level level = open.peek();
    if (level == null || level.close != close) {
      throw new IllegalStateException(
          close == '}' ? "a value with a name needs an object" : "a value needs a name");
    }
    if (!level.empty) {
      text.append(',');
    }
    level.empty = false;
    newLine();
  }

  private void newLine() {
    if (pretty) {
      text.append('\n').repeat("  ", open.size());
    }
  }

  private static String finite(String subject, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(subject + " is " + value + ", which JSON cannot say");
    }
    return Double.toString(value);
  }

  private static String finite(String subject, float value) {
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException(subject + " is " + value + ", which JSON cannot say");
    }
    return Float.toString(value);
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == value.length()
            || !Character.isLowSurrogate(value.charAt(i + 1))) {
          throw new IllegalArgumentException("half a character at " + i + " of a string for JSON");
        }
        text.append(c).append(value.charAt(++i));
      } else {
        escape(c);
      }
    }
    text.append('"');
  }

  private void escape(char c) {
    switch (c) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      case '\b' -> text.append("\\b");
      case '\f' -> text.append("\\f");
      default -> {
        if (c < ' ') {
          text.append(c < 0x10 ? "\\u000" : "\\u00").append(Integer.toHexString(c));
        } else {
          text.append(c);
        }
      }
    }
  }
}
