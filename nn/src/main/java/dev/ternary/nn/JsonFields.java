package dev.ternary.nn;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object whose fields are taken out one by one, so that what nobody asked for is noticed.
 * Every refusal is an {@link IllegalArgumentException} that names the field.
 */
final class JsonFields {

  /** Names and strings come from a file: no symbol tables for them, and no name twice. */
  static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final int LONGEST_QUOTE = 80;

  private final Map<String, Object> fields;

  private JsonFields(Map<String, Object> fields) {
    this.fields = fields;
  }

  /** A number as it was written. */
  private record NumberText(String digits) {}

  /** Anything else: true, false or null. */
  private record Word(String text) {}

  static JsonFields parse(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      Object root = value(parser, parser.nextToken());
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("something follows the JSON object");
      }
      return object("the JSON", root);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is not valid JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Object value(JsonParser parser, JsonToken token) throws IOException {
    if (token == null) {
      throw new IllegalArgumentException("the JSON ends too early");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          fields.put(name, value(parser, parser.nextToken()));
        }
        yield fields;
      }
      case START_ARRAY -> {
        List<Object> values = new ArrayList<>();
        JsonToken next = parser.nextToken();
        while (next != JsonToken.END_ARRAY) {
          values.add(value(parser, next));
          next = parser.nextToken();
        }
        yield values;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new NumberText(parser.getText());
      case VALUE_TRUE, VALUE_FALSE, VALUE_NULL -> new Word(parser.getText());
      case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalArgumentException("the JSON has a value missing");
    };
  }

  /** Text from a file as it may stand in a message. */
  static String quote(String text) {
    var quoted = new StringBuilder("'");
    text.chars()
        .limit(LONGEST_QUOTE)
        .forEach(c -> quoted.append(c >= ' ' && c < 127 ? (char) c : '?'));
    return quoted.append(text.length() > LONGEST_QUOTE ? "...'" : "'").toString();
  }

  private Object take(String name) {
    Object value = fields.remove(name);
    if (value == null) {
      throw new IllegalArgumentException("field '" + name + "' is missing");
    }
    return value;
  }

  String string(String name) {
    return text(name, take(name));
  }

  Optional<String> optionalString(String name) {
    return Optional.ofNullable(fields.remove(name)).map(value -> text(name, value));
  }

  private static String text(String name, Object value) {
    if (value instanceof String string) {
      return string;
    }
    throw wrong(name, "a string", value);
  }

  int integer(String name) {
    return integer(name, take(name));
  }

  private static int integer(String name, Object value) {
    long number = whole(name, value);
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "field '" + name + "' must be from 0 to 2^31 - 1, got " + number);
    }
    return (int) number;
  }

  private static long whole(String name, Object value) {
    if (value instanceof NumberText number) {
      try {
        return Long.parseLong(number.digits());
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "field '" + name + "' must be a whole number, got " + quote(number.digits()), e);
      }
    }
    throw wrong(name, "a whole number", value);
  }

  float number(String name) {
    Object value = take(name);
    if (value instanceof NumberText number) {
      return Float.parseFloat(number.digits());
    }
    throw wrong(name, "a number", value);
  }

  /** Two whole numbers. */
  int[] two(String name) {
    List<?> values = list(name);
    if (values.size() != 2) {
      throw new IllegalArgumentException(
          "field '" + name + "' must have 2 numbers, got " + values.size());
    }
    return values.stream().mapToInt(value -> integer(name, value)).toArray();
  }

  /** Any number of whole numbers. */
  long[] longs(String name) {
    return list(name).stream().mapToLong(value -> whole(name, value)).toArray();
  }

  /** A list of objects. */
  List<JsonFields> objects(String name) {
    List<JsonFields> objects = new ArrayList<>();
    for (Object value : list(name)) {
      objects.add(object("each of field '" + name + "'", value));
    }
    return objects;
  }

  private List<?> list(String name) {
    Object value = take(name);
    if (value instanceof List<?> list) {
      return list;
    }
    throw wrong(name, "a list", value);
  }

  private static JsonFields object(String what, Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> fields = new LinkedHashMap<>();
      map.forEach((name, field) -> fields.put((String) name, field));
      return new JsonFields(fields);
    }
    throw new IllegalArgumentException(what + " must be an object, got " + describe(value));
  }

  /** Refuses fields that nobody took. */
  void end() {
    if (!fields.isEmpty()) {
      throw new IllegalArgumentException(
          "field " + quote(fields.keySet().iterator().next()) + " is unknown");
    }
  }

  private static IllegalArgumentException wrong(String name, String expected, Object value) {
    return new IllegalArgumentException(
        "field '" + name + "' must be " + expected + ", got " + describe(value));
  }

  private static String describe(Object value) {
    return switch (value) {
      case String text -> "the string " + quote(text);
      case NumberText number -> "the number " + quote(number.digits());
      case Word word -> word.text();
      case List<?> _ -> "a list";
      default -> "an object";
    };
  }
}
