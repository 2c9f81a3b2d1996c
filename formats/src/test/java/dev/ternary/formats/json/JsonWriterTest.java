package dev.ternary.formats.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class JsonWriterTest {

  private static JsonWriter fill(JsonWriter json) {
    return json.object()
        .put("s", "q\" b\\ n\n \u0001 é 😀")
        .put("n", -3L)
        .put("d", 0.1)
        .put("f", 0.1f)
        .put("t", true)
        .put("l", new long[] {1, 2})
        .array("a")
        .add("x")
        .add(7)
        .object()
        .end()
        .array()
        .end()
        .end()
        .object("o")
        .put("k", 1)
        .end()
        .end();
  }

  @Test
  void writesOneLineWithoutWhiteSpace() {
    assertThat(fill(JsonWriter.compact()))
        .hasToString(
            "{\"s\":\"q\\\" b\\\\ n\\n \\u0001 é 😀\",\"n\":-3,\"d\":0.1,\"f\":0.1,\"t\":true,"
                + "\"l\":[1,2],\"a\":[\"x\",7,{},[]],\"o\":{\"k\":1}}");
  }

  @Test
  void writesALineForEachValue() {
    assertThat(fill(JsonWriter.pretty()))
        .hasToString(
            """
            {
              "s": "q\\" b\\\\ n\\n \\u0001 é 😀",
              "n": -3,
              "d": 0.1,
              "f": 0.1,
              "t": true,
              "l": [1, 2],
              "a": [
                "x",
                7,
                {},
                []
              ],
              "o": {
                "k": 1
              }
            }\
            """);
  }

  @Test
  void whatIsWrittenCanBeRead() throws IOException {
    JsonObject read =
        JsonObject.parse(
            Path.of("x"),
            0,
            fill(JsonWriter.pretty()).toString().getBytes(StandardCharsets.UTF_8),
            DuplicateNames.REFUSE);
    assertThat(read.string("s")).isEqualTo("q\" b\\ n\n \u0001 é 😀");
    assertThat(read.float32("f")).isEqualTo(0.1f);
    assertThat(read.longs("l")).containsExactly(1, 2);
  }

  @Test
  void refusesWhatJsonCannotSay() {
    JsonWriter json = JsonWriter.compact().object();
    assertThatThrownBy(() -> json.put("x", Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("field 'x' is NaN, which JSON cannot say");
    assertThatThrownBy(() -> json.put("y", Float.NEGATIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("field 'y' is -Infinity, which JSON cannot say");
    assertThatThrownBy(() -> json.put("z", "\ud800"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("half a character");
  }

  @Test
  void refusesCallsThatMakeNoJson() {
    assertThatThrownBy(() -> JsonWriter.compact().put("x", 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a value with a name needs an object");
    assertThatThrownBy(() -> JsonWriter.compact().object().add(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a value needs a name");
    assertThatThrownBy(() -> JsonWriter.compact().object().toString())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("1 objects or arrays are open");
    assertThatThrownBy(() -> JsonWriter.compact().end())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no object or array is open");
  }
}
