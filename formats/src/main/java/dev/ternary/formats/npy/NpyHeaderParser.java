package dev.ternary.formats.npy;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.npy.NpyHeader.Place;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;

/**
 * Reads the Python literal of an npy header, such as {@code {'descr': '<f4', 'fortran_order':
 * False, 'shape': (2, 3), }}. Knows exactly what NumPy writes there and evaluates nothing.
 */
final class NpyHeaderParser {

  private static final int MOST_DIMENSIONS = 64;

  private final Path path;
  private final Place place;
  private final String text;
  private final int from;
  private int at;

  private Optional<Type> type = Optional.empty();
  private Optional<Refused> refused = Optional.empty();
  private Optional<Boolean> fortranOrder = Optional.empty();
  private Optional<Shape> shape = Optional.empty();

  /** An element type and its byte order. */
  private record Type(DType dtype, boolean bigEndian) {}

  /** An element type that is none of ours, and why. */
  private record Refused(String descr, FormatException why) {}

  /** A parser of {@code text}, which starts {@code from} bytes after the array's start. */
  private NpyHeaderParser(Path path, Place place, String text, int from) {
    this.path = path;
    this.place = place;
    this.text = text;
    this.from = from;
  }

  /** Reads a header; {@code bytes} end where it ends. */
  static NpyHeader read(Path path, Place place, byte[] bytes) throws FormatException {
    return parser(path, place, bytes).parse(bytes.length);
  }

  /** What the header says, if of elements that are not supported. */
  static Optional<ForeignArray> foreign(Path path, Place place, byte[] bytes)
      throws FormatException {
    return parser(path, place, bytes).parseForeign(bytes.length);
  }

  private static NpyHeaderParser parser(Path path, Place place, byte[] bytes)
      throws FormatException {
    int from = bytes[6] == 1 ? 10 : NpyHeader.LONGEST_START;
    Charset charset = bytes[6] == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    String text;
    try {
      text =
          charset.newDecoder().decode(ByteBuffer.wrap(bytes, from, bytes.length - from)).toString();
    } catch (CharacterCodingException e) {
      throw place.error(path, from, "the npy header is no valid UTF-8", e);
    }
    return new NpyHeaderParser(path, place, text, from);
  }

  /** Parses all of the text; refuses elements that are not supported. */
  NpyHeader parse(long dataOffset) throws FormatException {
    Optional<ForeignArray> foreign = parseForeign(dataOffset);
    if (foreign.isPresent()) {
      throw foreign.get().refusal();
    }
    var header =
        new NpyHeader(
            type.orElseThrow().dtype(),
            type.orElseThrow().bigEndian(),
            fortranOrder.orElseThrow(),
            shape.orElseThrow(),
            dataOffset);
    try {
      header.dataBytes();
    } catch (IllegalArgumentException e) {
      throw error(Text.message(e));
    }
    return header;
  }

  /** Parses all of the text; gives what there is where its elements are not supported. */
  Optional<ForeignArray> parseForeign(long dataOffset) throws FormatException {
    expect('{');
    while (!skipIf('}')) {
      field();
      if (!skipIf(',')) {
        expect('}');
        break;
      }
    }
    skipSpace();
    if (at != text.length()) {
      throw error("the header dictionary is followed by " + rest());
    }
    if ((type.isEmpty() && refused.isEmpty()) || fortranOrder.isEmpty() || shape.isEmpty()) {
      throw error("the header needs 'descr', 'fortran_order' and 'shape'");
    }
    return refused.map(none ->
        new ForeignArray(none.descr(), fortranOrder.get(), shape.get(), dataOffset, none.why()));
  }

  private void field() throws FormatException {
    int start = at;
    String key = string();
    expect(':');
    boolean again =
        switch (key) {
          case "descr" -> {
            boolean present = type.isPresent() || refused.isPresent();
            type();
            yield present;
          }
          case "fortran_order" -> {
            boolean present = fortranOrder.isPresent();
            fortranOrder = Optional.of(bool());
            yield present;
          }
          case "shape" -> {
            boolean present = shape.isPresent();
            shape = Optional.of(shape());
            yield present;
          }
          default -> throw error("the header has the unknown key " + Text.quote(key));
        };
    if (again) {
      at = start;
      throw error("the header has the key " + Text.quote(key) + " twice");
    }
  }

  private void type() throws FormatException {
    skipSpace();
    int start = at;
    if (at < text.length() && text.charAt(at) == '[') {
      FormatException why = error("structured arrays (records with fields) are not supported");
      skipList();
      refused = Optional.of(new Refused(text.substring(start, at), why));
      return;
    }
    String descr = string();
    type = known(descr);
    if (type.isEmpty()) {
      String reason = "elements of type " + Text.quote(descr) + " are not supported" + why(descr);
      refused = Optional.of(new Refused(descr, place.error(path, from + (long) start, reason)));
    }
  }

  /** Passes a list of Python with all that is in it. */
  private void skipList() throws FormatException {
    int depth = 0;
    do {
      skipSpace();
      char c = at < text.length() ? text.charAt(at) : ' ';
      switch (c) {
        case '\'', '"' -> string();
        case '[', '(' -> {
          depth++;
          at++;
        }
        case ']', ')' -> {
          depth--;
          at++;
        }
        case ' ' -> throw error("the list of fields has no end");
        default -> at++;
      }
    } while (depth > 0);
  }

  private static Optional<Type> known(String descr) {
    if (descr.length() != 3) {
      return Optional.empty();
    }
    Optional<DType> dtype =
        switch (descr.substring(1)) {
          case "f2" -> Optional.of(DType.F16);
          case "f4" -> Optional.of(DType.F32);
          case "f8" -> Optional.of(DType.F64);
          case "i1" -> Optional.of(DType.I8);
          case "u1" -> Optional.of(DType.U8);
          case "b1" -> Optional.of(DType.BOOL);
          case "i2" -> Optional.of(DType.I16);
          case "i4" -> Optional.of(DType.I32);
          case "i8" -> Optional.of(DType.I64);
          default -> Optional.empty();
        };
    return switch (descr.charAt(0)) {
      case '<' -> dtype.map(d -> new Type(d, false));
      case '>' -> dtype.map(d -> new Type(d, true));
      case '|' -> dtype.filter(d -> d.bytes() == 1).map(d -> new Type(d, false));
      default -> Optional.empty();
    };
  }

  private static String why(String descr) {
    String kind = descr.isEmpty() ? "" : descr.substring(1);
    if (kind.startsWith("O")) {
      return ": object arrays are Python pickles, which can run code";
    }
    if (kind.equals("V2")) {
      return ": NumPy has no bfloat16 and stores it as raw bytes; save it as float32";
    }
    return switch (kind.isEmpty() ? ' ' : kind.charAt(0)) {
      case 'U', 'S', 'a' -> ": strings are no numbers";
      case 'u' -> ": save unsigned integers as the next wider signed type";
      case 'c' -> ": save real and imaginary parts as two arrays";
      case 'M', 'm' -> ": save dates as integers";
      default -> "; supported are f2, f4, f8, i1, i2, i4, i8, u1 and b1";
    };
  }

  private boolean bool() throws FormatException {
    skipSpace();
    for (boolean value : new boolean[] {true, false}) {
      String word = value ? "True" : "False";
      if (text.startsWith(word, at)) {
        at += word.length();
        return value;
      }
    }
    throw error("'fortran_order' must be True or False, found " + rest());
  }

  private Shape shape() throws FormatException {
    expect('(');
    int start = at;
    var dims = new ArrayList<Long>();
    boolean comma = true;
    while (!skipIf(')')) {
      if (!comma) {
        throw error("expected ',' or ')' in 'shape', found " + rest());
      }
      if (dims.size() == MOST_DIMENSIONS) {
        throw error("'shape' has more than " + MOST_DIMENSIONS + " dimensions");
      }
      dims.add(dimension());
      comma = skipIf(',');
    }
    if (dims.size() == 1 && !comma) {
      throw error("'shape' must be a tuple: (n,) and not (n)");
    }
    try {
      return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    } catch (IllegalArgumentException e) {
      at = start;
      throw error(Text.message(e));
    }
  }

  private long dimension() throws FormatException {
    skipSpace();
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    String digits = text.substring(start, at);
    if (digits.isEmpty()) {
      throw error("expected a dimension in 'shape', found " + rest());
    }
    if (at < text.length() && text.charAt(at) == 'L') {
      at++; // Python 2 wrote its long integers so.
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      at = start;
      throw place.error(
          path, from + (long) at, "dimension " + Text.quote(digits) + " is too large", e);
    }
  }

  private String string() throws FormatException {
    skipSpace();
    char quote = at < text.length() ? text.charAt(at) : ' ';
    if (quote != '\'' && quote != '"') {
      throw error("expected a string, found " + rest());
    }
    int end = text.indexOf(quote, at + 1);
    String string = end < 0 ? "\\" : text.substring(at + 1, end);
    if (string.indexOf('\\') >= 0) {
      throw error("expected a string without escapes, found " + rest());
    }
    at = end + 1;
    return string;
  }

  private boolean skipIf(char wanted) {
    skipSpace();
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char wanted) throws FormatException {
    if (!skipIf(wanted)) {
      throw error("expected '" + wanted + "' in the header, found " + rest());
    }
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private String rest() {
    return at >= text.length()
        ? "its end"
        : Text.quote(text.substring(at, Math.min(text.length(), at + 20)));
  }

  /** An error at the character that comes next; exact as long as those before it are ASCII. */
  private FormatException error(String reason) {
    return place.error(path, from + (long) at, reason);
  }
}
