package dev.ternary.formats.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;

/**
 * Strict reading of a JSON object that lies in a file: UTF-8, no name twice, nothing after the end,
 * every error a {@link FormatException} with its place in the file.
 */
public final class JsonReader implements AutoCloseable {

  private static final JsonFactory STRICT = factory(DuplicateNames.REFUSE);
  private static final JsonFactory LENIENT = factory(DuplicateNames.LAST_WINS);

  private static final int MOST_DIMENSIONS = 64;

  private final Path path;
  private final long start;
  private final String what;
  private final JsonParser parser;

  /**
   * Starts to read.
   *
   * @param path the file, for messages
   * @param start offset in the file of {@code bytes}, for messages
   * @param what names the JSON in messages
   */
  public JsonReader(Path path, long start, String what, byte[] bytes) throws IOException {
    this(path, start, what, bytes, DuplicateNames.REFUSE);
  }

  /** Starts to read where a name may come twice, if {@code duplicates} says so. */
  JsonReader(Path path, long start, String what, byte[] bytes, DuplicateNames duplicates)
      throws IOException {
    this.path = path;
    this.start = start;
    this.what = what;
    this.parser =
        switch (duplicates) {
          case REFUSE -> STRICT.createParser(bytes);
          case LAST_WINS -> LENIENT.createParser(bytes);
        };
  }

  /** Many names with one hash are slow but no exception, and names from files are not interned. */
  private static JsonFactory factory(DuplicateNames duplicates) {
    return new JsonFactoryBuilder()
        .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .configure(
            StreamReadFeature.STRICT_DUPLICATE_DETECTION, duplicates == DuplicateNames.REFUSE)
        .build();
  }

  /** The next token; what ends too early or is no JSON is an error. */
  JsonToken next() throws FormatException {
    try {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw error(what + " ends too early");
      }
      return token;
    } catch (JsonProcessingException e) {
      long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
      throw new FormatException(
          path, start + at, what + " is not valid JSON: " + firstLine(e.getOriginalMessage()), e);
    } catch (FormatException e) {
      throw e;
    } catch (IOException e) {
      throw new FormatException(path, offset(), what + " is not valid JSON", e);
    }
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  /** Reads the next token, which must be {@code expected}. */
  private void expect(JsonToken expected, String subject) throws FormatException {
    require(next(), expected, subject);
  }

  private void require(JsonToken found, JsonToken expected, String subject) throws FormatException {
    if (found != expected) {
      throw error(subject + " must be " + name(expected) + ", found " + name(found));
    }
  }

  /** Enters the object that is the next value. */
  public void startObject(String subject) throws FormatException {
    expect(JsonToken.START_OBJECT, subject);
  }

  /** Enters the object that is the next value; false where that is {@code null} instead. */
  public boolean startObjectUnlessNull(String subject) throws FormatException {
    JsonToken next = next();
    if (next == JsonToken.VALUE_NULL) {
      return false;
    }
    require(next, JsonToken.START_OBJECT, subject);
    return true;
  }

  /** Whether the object has another field; then {@link #fieldName} names it. */
  public boolean nextField() throws FormatException {
    return next() != JsonToken.END_OBJECT;
  }

  /** The name of the field before the value that comes next. */
  public String fieldName() throws FormatException {
    try {
      return parser.currentName();
    } catch (IOException e) {
      throw new FormatException(path, offset(), what + " has a broken name", e);
    }
  }

  /** The string that is the next value. */
  public String string(String subject) throws FormatException {
    expect(JsonToken.VALUE_STRING, subject);
    return text();
  }

  /** The text of the string, number or word that was read last. */
  String text() throws FormatException {
    try {
      return parser.getText();
    } catch (JsonProcessingException e) {
      throw new FormatException(
          path, offset(), what + " is not valid JSON: " + firstLine(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new FormatException(path, offset(), what + " has a broken string", e);
    }
  }

  /** The whole numbers, 0 or more, of the array that is the next value. */
  public long[] sizes(String subject) throws FormatException {
    expect(JsonToken.START_ARRAY, subject);
    var sizes = new ArrayList<Long>();
    while (true) {
      JsonToken token = next();
      if (token == JsonToken.END_ARRAY) {
        return sizes.stream().mapToLong(Long::longValue).toArray();
      }
      require(token, JsonToken.VALUE_NUMBER_INT, "each number of " + subject);
      if (sizes.size() == MOST_DIMENSIONS) {
        throw error(subject + " has more than " + MOST_DIMENSIONS + " numbers");
      }
      sizes.add(size(subject));
    }
  }

  private long size(String subject) throws FormatException {
    String digits = text();
    try {
      long size = Long.parseLong(digits);
      if (size >= 0) {
        return size;
      }
    } catch (NumberFormatException _) {
      // Too many digits; the same error as a negative number.
    }
    throw error(subject + " has " + Text.quote(digits) + ", expected 0 to 2^63 - 1");
  }

  /** Skips the next value. */
  public void skip() throws FormatException {
    int depth = 0;
    do {
      JsonToken token = next();
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      }
    } while (depth > 0);
  }

  /** Fails unless nothing but white space follows. */
  public void end() throws FormatException {
    try {
      if (parser.nextToken() == null) {
        return;
      }
    } catch (IOException e) {
      throw new FormatException(path, offset(), what + " is followed by other bytes", e);
    }
    throw error(what + " is followed by other bytes");
  }

  /** Offset in the file of the token that was read last. */
  public long offset() {
    return start + Math.max(0, parser.currentTokenLocation().getByteOffset());
  }

  /** An error at the token that was read last. */
  public FormatException error(String reason) {
    return new FormatException(path, offset(), reason);
  }

  private static String name(JsonToken token) {
    return switch (token) {
      case START_OBJECT, END_OBJECT -> "an object";
      case START_ARRAY, END_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "a whole number";
      case VALUE_NUMBER_FLOAT -> "a number with a fraction";
      case VALUE_TRUE, VALUE_FALSE -> "true or false";
      case VALUE_NULL -> "null";
      case FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> "something else";
    };
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
