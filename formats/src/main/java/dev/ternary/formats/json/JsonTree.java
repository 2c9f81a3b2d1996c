package dev.ternary.formats.json;

import com.fasterxml.jackson.core.JsonToken;
import dev.ternary.formats.FormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a JSON text into values that know their places. */
final class JsonTree {

  private final JsonPlace.Source source;
  private final JsonReader in;

  private JsonTree(JsonPlace.Source source, JsonReader in) {
    this.source = source;
    this.in = in;
  }

  static JsonValue.Obj read(JsonPlace.Source source, byte[] utf8, DuplicateNames duplicates)
      throws IOException {
    JsonValue root = root(source, utf8, duplicates);
    if (root instanceof JsonValue.Obj object) {
      return object;
    }
    throw root.error("the JSON must be an object, got " + root.describe());
  }

  private static JsonValue root(JsonPlace.Source source, byte[] utf8, DuplicateNames duplicates)
      throws IOException {
    try (var in = new JsonReader(source.path(), 0, "the JSON", utf8, duplicates)) {
      JsonValue root = new JsonTree(source, in).value(in.next());
      in.end();
      return root;
    } catch (FormatException e) {
      // The reader counts from the start of the text; the source knows where that is.
      FormatException placed = new JsonPlace(source, e.offset()).error(e.reason());
      placed.initCause(e);
      throw placed;
    }
  }

  /** The value that begins with {@code token}. The tokenizer bounds how deep values nest. */
  private JsonValue value(JsonToken token) throws FormatException {
    var place = new JsonPlace(source, in.offset());
    return switch (token) {
      case START_OBJECT -> new JsonValue.Obj(place, fields());
      case START_ARRAY -> new JsonValue.Arr(place, values());
      case VALUE_STRING -> new JsonValue.Str(place, in.text());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonValue.Num(place, in.text());
      case VALUE_TRUE -> new JsonValue.Bool(place, true);
      case VALUE_FALSE -> new JsonValue.Bool(place, false);
      case VALUE_NULL -> new JsonValue.Null(place);
      case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw in.error("the JSON has a value missing");
    };
  }

  private Map<String, JsonValue> fields() throws FormatException {
    Map<String, JsonValue> fields = new LinkedHashMap<>();
    while (in.nextField()) {
      String name = in.fieldName();
      fields.put(name, value(in.next()));
    }
    return fields;
  }

  private List<JsonValue> values() throws FormatException {
    List<JsonValue> values = new ArrayList<>();
    JsonToken next = in.next();
    while (next != JsonToken.END_ARRAY) {
      values.add(value(next));
      next = in.next();
    }
    return values;
  }
}
