package dev.ternary.formats.json;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value of a JSON text that knows where it stands. */
public sealed interface JsonValue {

  /** Where the value begins. */
  JsonPlace place();

  /** What it is, for messages: {@code the string '1e4'}. */
  String describe();

  /** An error at this value. */
  default FormatException error(String reason) {
    return place().error(reason);
  }

  /** A string. */
  record Str(JsonPlace place, String value) implements JsonValue {
    @Override
    public String describe() {
      return "the string " + Text.quote(value);
    }
  }

  /** A number with the digits that stand in the text. */
  record Num(JsonPlace place, String digits) implements JsonValue {
    @Override
    public String describe() {
      return "the number " + Text.quote(digits);
    }
  }

  /** {@code true} or {@code false}. */
  record Bool(JsonPlace place, boolean value) implements JsonValue {
    @Override
    public String describe() {
      return Boolean.toString(value);
    }
  }

  /** {@code null}. */
  record Null(JsonPlace place) implements JsonValue {
    @Override
    public String describe() {
      return "null";
    }
  }

  /** A list; unmodifiable. */
  record Arr(JsonPlace place, List<JsonValue> values) implements JsonValue {
    public Arr {
      values = List.copyOf(values);
    }

    @Override
    public String describe() {
      return "a list of " + values.size();
    }
  }

  /** An object. */
  record Obj(JsonPlace place, Map<String, JsonValue> fields) implements JsonValue {
    public Obj {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    @Override
    public String describe() {
      return "an object";
    }
  }
}
