package dev.ternary.formats.gguf;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.formats.file.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the numbers, texts and values of a GGUF header one after the other. Nothing is allocated
 * for more elements than the rest of the file could hold.
 */
final class GgufInput {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Arrays in arrays in arrays; nobody writes more than two. */
  private static final int DEEPEST = 4;

  /** More than any vocabulary has; a damaged count must not take the memory. */
  private static final int LONGEST_ARRAY = 1 << 24;

  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final MappedFile file;
  private long at;

  GgufInput(MappedFile file) {
    this.file = file;
  }

  /** Offset of what comes next. */
  long at() {
    return at;
  }

  FormatException error(long offset, String reason) {
    return new FormatException(file.path(), offset, reason);
  }

  private MemorySegment take(long bytes, String what) throws FormatException {
    MemorySegment taken = file.slice(at, bytes, what);
    at += bytes;
    return taken;
  }

  int int32(String what) throws FormatException {
    return take(Integer.BYTES, what).get(INT, 0);
  }

  long int64(String what) throws FormatException {
    return take(Long.BYTES, what).get(LONG, 0);
  }

  /** A count of things that take at least {@code bytesEach} bytes each. */
  int count(String what, int bytesEach) throws FormatException {
    long start = at;
    long count = int64(what);
    long most = (file.size() - at) / bytesEach;
    if (count < 0 || count > most || count > LONGEST_ARRAY) {
      throw error(
          start,
          what
              + " is "
              + Long.toUnsignedString(count)
              + ", but the "
              + (file.size() - at)
              + " bytes that follow hold at most "
              + Math.min(most, LONGEST_ARRAY));
    }
    return (int) count;
  }

  String text(String what) throws FormatException {
    int length = count("the length of " + what, 1);
    return new String(take(length, what).toArray(ValueLayout.JAVA_BYTE), UTF_8);
  }

  /** A value behind its type. */
  GgufValue value(String key) throws FormatException {
    String what = "the value of " + Text.quote(key);
    return value(int32("the type of " + Text.quote(key)), what, 0);
  }

  private GgufValue value(int type, String what, int depth) throws FormatException {
    return switch (type) {
      case BOOL -> new GgufValue.Bool(bool(what));
      case STRING -> new GgufValue.Text(text(what));
      case ARRAY -> array(what, depth);
      case 6, 12 -> new GgufValue.Real(real(type, what));
      default -> new GgufValue.Int(integer(type, what));
    };
  }

  private boolean bool(String what) throws FormatException {
    long start = at;
    byte value = take(1, what).get(ValueLayout.JAVA_BYTE, 0);
    if (value != 0 && value != 1) {
      throw error(start, what + " must be 0 or 1, found " + (value & 0xff));
    }
    return value == 1;
  }

  private double real(int type, String what) throws FormatException {
    return type == 6 ? Float.intBitsToFloat(int32(what)) : Double.longBitsToDouble(int64(what));
  }

  private long integer(int type, String what) throws FormatException {
    return switch (type) {
      case 0 -> take(1, what).get(ValueLayout.JAVA_BYTE, 0) & 0xff;
      case 1 -> take(1, what).get(ValueLayout.JAVA_BYTE, 0);
      case 2 -> take(2, what).get(SHORT, 0) & 0xffff;
      case 3 -> take(2, what).get(SHORT, 0);
      case 4 -> int32(what) & 0xffff_ffffL;
      case 5 -> int32(what);
      case 10, 11 -> int64(what);
      default ->
          throw error(
              at - Integer.BYTES,
              what + " has type " + Integer.toUnsignedString(type) + ", expected 0 to 12");
    };
  }

  private static int bytes(int type) {
    return switch (type) {
      case 2, 3 -> 2;
      case 4, 5, 6 -> 4;
      case STRING, 10, 11, 12 -> 8;
      case ARRAY -> 12;
      default -> 1;
    };
  }

  private GgufValue array(String what, int depth) throws FormatException {
    int type = int32(what);
    if (depth == DEEPEST) {
      throw error(at, what + " is an array in " + DEEPEST + " others");
    }
    int count = count("the number of elements in " + what, bytes(type));
    return switch (type) {
      case STRING -> {
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          texts.add(text(what));
        }
        yield new GgufValue.Texts(texts);
      }
      case BOOL, ARRAY -> {
        List<GgufValue> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          values.add(value(type, what, depth + 1));
        }
        yield new GgufValue.Many(values);
      }
      case 6, 12 -> {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
          values[i] = real(type, what);
        }
        yield new GgufValue.Reals(values);
      }
      default -> {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
          values[i] = integer(type, what);
        }
        yield new GgufValue.Ints(values);
      }
    };
  }
}
