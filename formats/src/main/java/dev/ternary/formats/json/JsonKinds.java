package dev.ternary.formats.json;

import dev.ternary.formats.FormatException;
import java.util.List;

/** Values as the Java types that they must be, or a refusal that says what they are. */
final class JsonKinds {

  private JsonKinds() {}

  static String string(String subject, JsonValue value) throws FormatException {
    if (value instanceof JsonValue.Str string) {
      return string.value();
    }
    throw wrong(subject, "a string", value);
  }

  static boolean bool(String subject, JsonValue value) throws FormatException {
    if (value instanceof JsonValue.Bool bool) {
      return bool.value();
    }
    throw wrong(subject, "true or false", value);
  }

  static int integer(String subject, JsonValue value) throws FormatException {
    long number = whole(subject, value);
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw value.error(subject + " must be from 0 to 2^31 - 1, got " + number);
    }
    return (int) number;
  }

  static long whole(String subject, JsonValue value) throws FormatException {
    if (value instanceof JsonValue.Num number) {
      try {
        return Long.parseLong(number.digits());
      } catch (NumberFormatException _) {
        // A fraction, an exponent or too many digits.
        throw wrong(subject, "a whole number of 64 bits", value);
      }
    }
    throw wrong(subject, "a whole number", value);
  }

  static double number(String subject, JsonValue value) throws FormatException {
    if (value instanceof JsonValue.Num number) {
      double parsed = Double.parseDouble(number.digits());
      if (Double.isInfinite(parsed)) {
        throw wrong(subject, "a number in the range of a double", value);
      }
      return parsed;
    }
    throw wrong(subject, "a number", value);
  }

  static float float32(String subject, JsonValue value) throws FormatException {
    if (value instanceof JsonValue.Num number) {
      float parsed = Float.parseFloat(number.digits());
      if (Float.isInfinite(parsed)) {
        throw wrong(subject, "a number in the range of a float", value);
      }
      return parsed;
    }
    throw wrong(subject, "a number", value);
  }

  static List<JsonValue> values(String subject, JsonValue value) throws FormatException {
    if (value instanceof JsonValue.Arr list) {
      return list.values();
    }
    throw wrong(subject, "a list", value);
  }

  static JsonValue.Obj object(String subject, JsonValue value) throws FormatException {
    if (value instanceof JsonValue.Obj object) {
      return object;
    }
    throw wrong(subject, "an object", value);
  }

  private static FormatException wrong(String subject, String expected, JsonValue value) {
    return value.error(subject + " must be " + expected + ", got " + value.describe());
  }
}
