package dev.ternary.formats.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.Corruption;
import dev.ternary.formats.FormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonObjectTest {

  private static final Path FILE = Path.of("config.json");

  private static JsonObject of(String text) throws IOException {
    return JsonObject.parse(FILE, 0, text.getBytes(StandardCharsets.UTF_8), DuplicateNames.REFUSE);
  }

  private static void refuses(ThrowingCallable read, String message) {
    assertThatThrownBy(read).isInstanceOf(FormatException.class).hasMessage(message);
  }

  @Test
  void givesFieldsOfEveryKind() throws IOException {
    JsonObject json =
        of(
            """
            {"s": "a\\n\u00e9", "b": true, "i": 7, "w": -9223372036854775808, "d": 1e-3, "f": 0.1,
             "l": [1, -2], "fs": [0.5, 2], "two": [3, 4], "ss": ["x", "y"],
             "o": {"k": null}, "os": [{"k": 1}, {"k": 2}]}\
            """);
    assertThat(json.string("s")).isEqualTo("a\n\u00e9");
    assertThat(json.bool("b")).isTrue();
    assertThat(json.integer("i")).isEqualTo(7);
    assertThat(json.whole("w")).isEqualTo(Long.MIN_VALUE);
    assertThat(json.number("d")).isEqualTo(1e-3);
    assertThat(json.float32("f")).isEqualTo(0.1f);
    assertThat(json.longs("l")).containsExactly(1, -2);
    assertThat(json.floats("fs")).containsExactly(0.5f, 2);
    assertThat(json.integers("two", 2)).containsExactly(3, 4);
    assertThat(json.strings("ss")).containsExactly("x", "y");
    assertThat(json.object("o").optionalString("k")).isEmpty();
    assertThat(json.objects("os")).hasSize(2);
    assertThat(json.objects("os").get(1).integer("k")).isEqualTo(2);
    json.end();
  }

  @Test
  void keepsTheOrderOfNames() throws IOException {
    assertThat(of("{\"z\":1,\"a\":2,\"m\":3}").names()).containsExactly("z", "a", "m");
  }

  @Test
  void saysFieldAndByteWhereAKindIsWrong() throws IOException {
    JsonObject json = of("{\"x\": 1, \"rope_theta\": \"1e4\", \"l\": [1, {}], \"n\": null}");
    refuses(
        () -> json.number("rope_theta"),
        "config.json at byte 23: field 'rope_theta' must be a number, got the string '1e4'");
    refuses(
        () -> json.longs("l"),
        "config.json at byte 39: each of field 'l' must be a whole number, got an object");
    refuses(() -> json.string("n"), "config.json at byte 49: field 'n' must be a string, got null");
    refuses(
        () -> json.bool("x"),
        "config.json at byte 6: field 'x' must be true or false, got the number '1'");
    refuses(
        () -> json.object("x"),
        "config.json at byte 6: field 'x' must be an object, got the number '1'");
    refuses(
        () -> json.integers("l", 3),
        "config.json at byte 35: field 'l' must have 3 numbers, got 2");
    refuses(() -> json.string("none"), "config.json at byte 0: field 'none' is missing");
  }

  @Test
  void refusesNumbersBeyondTheirTypeByName() throws IOException {
    JsonObject json =
        of("{\"w\":9223372036854775808,\"d\":1e309,\"f\":1e39,\"i\":2147483648,\"h\":0.5}");
    refuses(
        () -> json.whole("w"),
        "config.json at byte 5: field 'w' must be a whole number of 64 bits, got the number"
            + " '9223372036854775808'");
    refuses(
        () -> json.number("d"),
        "config.json at byte 29: field 'd' must be a number in the range of a double, got the"
            + " number '1e309'");
    refuses(
        () -> json.float32("f"),
        "config.json at byte 39: field 'f' must be a number in the range of a float, got the"
            + " number '1e39'");
    refuses(
        () -> json.integer("i"),
        "config.json at byte 48: field 'i' must be from 0 to 2^31 - 1, got 2147483648");
    refuses(
        () -> json.whole("h"),
        "config.json at byte 63: field 'h' must be a whole number of 64 bits, got the number"
            + " '0.5'");
  }

  @Test
  void endRefusesWhatNobodyAskedFor() throws IOException {
    JsonObject json = of("{\"a\":1,\"b\":2,\"c\":3}");
    json.integer("a");
    refuses(json::end, "config.json at byte 11: field 'b' is unknown");
    json.ignore("b");
    assertThat(json.optionalString("d")).isEmpty();
    refuses(json::end, "config.json at byte 17: field 'c' is unknown");
    assertThat(json.integer("c", 9)).isEqualTo(3);
    json.end();
  }

  @Test
  void namesThatComeTwiceAreRefusedOrTheLastCounts() throws IOException {
    byte[] text = "{\"a\":1,\"b\":0,\"a\":2}".getBytes(StandardCharsets.UTF_8);
    refuses(
        () -> JsonObject.parse(FILE, 100, text, DuplicateNames.REFUSE),
        "config.json at byte 116: the JSON is not valid JSON: Duplicate field 'a'");
    JsonObject last = JsonObject.parse(FILE, 100, text, DuplicateNames.LAST_WINS);
    assertThat(last.names()).containsExactly("a", "b");
    assertThat(last.integer("a")).isEqualTo(2);
  }

  @Test
  void anEmbeddedTextCountsItsOwnBytes() {
    refuses(
        () -> JsonObject.parseWithin(FILE, 8, "the architecture", "{\"a\":[}").end(),
        "config.json at byte 8: the architecture at byte 6: the JSON is not valid JSON:"
            + " Unexpected close marker '}': expected ']' (for Array starting at [Source:"
            + " REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1,"
            + " column: 6])");
    refuses(
        () -> JsonObject.parseWithin(FILE, 8, "the architecture", "{\"a\":true}").end(),
        "config.json at byte 8: the architecture at byte 5: field 'a' is unknown");
  }

  @Test
  void refusesWhatIsNoObject() {
    refuses(() -> of("[1]"), "config.json at byte 0: the JSON must be an object, got a list of 1");
    refuses(() -> of("{}{"), "config.json at byte 2: the JSON is followed by other bytes");
    refuses(() -> of(""), "config.json at byte 0: the JSON ends too early");
  }

  @Test
  void deepNestingIsRefused() {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> of("{\"a\":" + "[".repeat(100_000)))
        .withMessageContaining("nesting depth");
  }

  @Test
  void onlyFormatExceptionsComeOutOfDamagedText(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("config.json");
    Files.writeString(
        file,
        "{\"name\": \"tiny \\u00e9\", \"sizes\": [1, 2.5e3], \"on\": true, \"o\": {\"x\": null}}");
    Corruption.check(
        file,
        path -> JsonObject.read(path, DuplicateNames.LAST_WINS).object("o").optionalString("x"));
  }
}
