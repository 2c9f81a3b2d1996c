package dev.ternary.formats.json;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON object whose fields are asked for by name and kind; {@link #end} then refuses what nobody
 * asked for. Every refusal is a {@link FormatException} with its place, such as {@code config.json
 * at byte 412: field 'rope_theta' must be a number, got the string '1e4'}. The {@code optional...}
 * methods are empty where the field is missing or {@code null}. Not for several threads at once.
 */
public final class JsonObject {

  /** The longest file that {@link #read} takes; the longest tokenizer.json known has 40 MB. */
  private static final long MOST_BYTES = 512L << 20;

  private final JsonPlace place;
  private final Map<String, JsonValue> fields;
  private final Set<String> asked = new HashSet<>();

  private JsonObject(JsonValue.Obj object) {
    place = object.place();
    fields = object.fields();
  }

  /** The fields of an object that was read as a value; none has been asked for. */
  public static JsonObject of(JsonValue.Obj object) {
    return new JsonObject(object);
  }

  /**
   * Reads a file that holds one object in UTF-8.
   *
   * @throws FormatException if it is no valid JSON, or not an object
   * @throws IOException if it cannot be read
   */
  public static JsonObject read(Path path, DuplicateNames duplicates) throws IOException {
    long size = Files.size(path);
    if (size > MOST_BYTES) {
      throw new FormatException(
          path, 0, "JSON of " + size + " bytes is more than the " + MOST_BYTES + " that are read");
    }
    return parse(path, 0, Files.readAllBytes(path), duplicates);
  }

  /** The same, and no name may come twice. */
  public static JsonObject read(Path path) throws IOException {
    return read(path, DuplicateNames.REFUSE);
  }

  /**
   * Parses bytes of a file.
   *
   * @param path the file, for messages
   * @param start offset of the bytes in the file, for messages
   * @param utf8 the whole text
   * @param duplicates what to do where a name comes twice
   * @throws FormatException if it is no valid JSON, or not an object
   */
  public static JsonObject parse(Path path, long start, byte[] utf8, DuplicateNames duplicates)
      throws IOException {
    return new JsonObject(
        JsonTree.read(new JsonPlace.Source(path, start, Optional.empty()), utf8, duplicates));
  }

  /**
   * Parses a text that lies escaped inside a file, such as in the header of safetensors. Errors
   * read {@code model.safetensors at byte 8: ternary.architecture at byte 31: field ...}.
   *
   * @param path the file, for messages
   * @param at offset in the file at which whatever holds the text begins, for messages
   * @param what names the text in messages
   * @param text the whole text; no name may come twice
   * @throws FormatException if it is no valid JSON, or not an object
   */
  public static JsonObject parseWithin(Path path, long at, String what, String text)
      throws IOException {
    return new JsonObject(
        JsonTree.read(
            new JsonPlace.Source(path, at, Optional.of(what)),
            text.getBytes(StandardCharsets.UTF_8),
            DuplicateNames.REFUSE));
  }

  /** Where the object begins. */
  public JsonPlace place() {
    return place;
  }

  /** An error at the start of this object. */
  public FormatException error(String reason) {
    return place.error(reason);
  }

  /** An error at the field {@code name}, or at the object where there is none. */
  public FormatException error(String name, String reason) {
    JsonValue value = fields.get(name);
    return value == null ? error(reason) : value.error(reason);
  }

  /** All names in the order of the text; unmodifiable. */
  public Set<String> names() {
    return fields.keySet();
  }

  /** Whether there is such a field, be it {@code null}. */
  public boolean has(String name) {
    return fields.containsKey(name);
  }

  /** The field, of whatever kind. */
  public JsonValue value(String name) throws FormatException {
    asked.add(name);
    JsonValue value = fields.get(name);
    if (value == null) {
      throw error("field " + Text.quote(name) + " is missing");
    }
    return value;
  }

  /** The field, of whatever kind; empty where it is missing or null. */
  public Optional<JsonValue> optionalValue(String name) {
    asked.add(name);
    return Optional.ofNullable(fields.get(name))
        .filter(value -> !(value instanceof JsonValue.Null));
  }

  /** Takes note that the fields are known although nobody reads them. */
  public void ignore(String... names) {
    asked.addAll(List.of(names));
  }

  /** Refuses a field that nobody asked for; objects inside are not looked into. */
  public void end() throws FormatException {
    for (Map.Entry<String, JsonValue> field : fields.entrySet()) {
      if (!asked.contains(field.getKey())) {
        throw field.getValue().error("field " + Text.quote(field.getKey()) + " is unknown");
      }
    }
  }

  /** A string. */
  public String string(String name) throws FormatException {
    return JsonKinds.string(subject(name), value(name));
  }

  /** A string that may be missing. */
  public Optional<String> optionalString(String name) throws FormatException {
    Optional<JsonValue> value = optionalValue(name);
    return value.isEmpty()
        ? Optional.empty()
        : Optional.of(JsonKinds.string(subject(name), value.get()));
  }

  /** {@code true} or {@code false}. */
  public boolean bool(String name) throws FormatException {
    return JsonKinds.bool(subject(name), value(name));
  }

  /** {@code true} or {@code false}; {@code otherwise} where it is missing. */
  public boolean bool(String name, boolean otherwise) throws FormatException {
    Optional<JsonValue> value = optionalValue(name);
    return value.isEmpty() ? otherwise : JsonKinds.bool(subject(name), value.get());
  }

  /** A whole number from 0 to 2^31 - 1. */
  public int integer(String name) throws FormatException {
    return JsonKinds.integer(subject(name), value(name));
  }

  /** A whole number from 0 to 2^31 - 1; {@code otherwise} where it is missing. */
  public int integer(String name, int otherwise) throws FormatException {
    Optional<JsonValue> value = optionalValue(name);
    return value.isEmpty() ? otherwise : JsonKinds.integer(subject(name), value.get());
  }

  /** A whole number of 64 bits. */
  public long whole(String name) throws FormatException {
    return JsonKinds.whole(subject(name), value(name));
  }

  /** A number in the range of a double. */
  public double number(String name) throws FormatException {
    return JsonKinds.number(subject(name), value(name));
  }

  /** A number in the range of a float, rounded once from its digits. */
  public float float32(String name) throws FormatException {
    return JsonKinds.float32(subject(name), value(name));
  }

  /** A list of whatever kinds; unmodifiable. */
  public List<JsonValue> values(String name) throws FormatException {
    return JsonKinds.values(subject(name), value(name));
  }

  /** A list of strings. */
  public List<String> strings(String name) throws FormatException {
    List<String> strings = new ArrayList<>();
    for (JsonValue value : values(name)) {
      strings.add(JsonKinds.string(each(name), value));
    }
    return strings;
  }

  /** A list of whole numbers of 64 bits. */
  public long[] longs(String name) throws FormatException {
    List<JsonValue> values = values(name);
    long[] longs = new long[values.size()];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = JsonKinds.whole(each(name), values.get(i));
    }
    return longs;
  }

  /** A list of {@code count} whole numbers from 0 to 2^31 - 1. */
  public int[] integers(String name, int count) throws FormatException {
    List<JsonValue> values = values(name);
    if (values.size() != count) {
      throw error(name, subject(name) + " must have " + count + " numbers, got " + values.size());
    }
    int[] integers = new int[count];
    for (int i = 0; i < count; i++) {
      integers[i] = JsonKinds.integer(each(name), values.get(i));
    }
    return integers;
  }

  /** A list of numbers in the range of a float, each rounded once from its digits. */
  public float[] floats(String name) throws FormatException {
    List<JsonValue> values = values(name);
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = JsonKinds.float32(each(name), values.get(i));
    }
    return floats;
  }

  /** An object. */
  public JsonObject object(String name) throws FormatException {
    return of(JsonKinds.object(subject(name), value(name)));
  }

  /** An object that may be missing. */
  public Optional<JsonObject> optionalObject(String name) throws FormatException {
    Optional<JsonValue> value = optionalValue(name);
    return value.isEmpty()
        ? Optional.empty()
        : Optional.of(of(JsonKinds.object(subject(name), value.get())));
  }

  /** A list of objects. */
  public List<JsonObject> objects(String name) throws FormatException {
    List<JsonObject> objects = new ArrayList<>();
    for (JsonValue value : values(name)) {
      objects.add(of(JsonKinds.object(each(name), value)));
    }
    return objects;
  }

  private static String subject(String name) {
    return "field " + Text.quote(name);
  }

  private static String each(String name) {
    return "each of field " + Text.quote(name);
  }
}
