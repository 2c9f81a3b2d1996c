package dev.ternary.formats.npy;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What precedes an array whose elements are not supported, but can be listed.
 *
 * @param descr the element type as NumPy writes it
 * @param fortranOrder whether the first index varies fastest
 * @param shape dimensions
 * @param dataOffset where the data begins, from the start of the array's bytes
 * @param refusal why its elements cannot be read
 */
record ForeignArray(
    String descr, boolean fortranOrder, Shape shape, long dataOffset, FormatException refusal) {

  /** The names of types that safetensors has, or could have, for little-endian elements. */
  private static final Map<String, String> ENCODINGS =
      Map.of("<u2", "U16", "<u4", "U32", "<u8", "U64", "<c8", "C64", "<c16", "C128");

  private static final Pattern SIZED = Pattern.compile("[<>|=]?([a-zA-Z])([0-9]{1,9})(\\[.*])?");

  /** The array whose bytes, header and all, are these. */
  StoredTensor stored(String name, MemorySegment all) throws FormatException {
    MemorySegment data = all.asSlice(dataOffset);
    requireSize(data.byteSize());
    return StoredTensor.opaque(name, encoding(), shape, data, refusal);
  }

  private String encoding() {
    boolean plain = !(fortranOrder && shape.rank() > 1);
    return plain ? ENCODINGS.getOrDefault(descr, shown()) : shown();
  }

  private String shown() {
    String quoted = Text.quote(descr);
    return quoted.substring(1, quoted.length() - 1);
  }

  /** Where the type says how long an element is, the array must be as long as its shape says. */
  private void requireSize(long left) throws FormatException {
    Matcher sized = SIZED.matcher(descr);
    if (!sized.matches() || sized.group(1).equals("O")) {
      return;
    }
    long width = Long.parseLong(sized.group(2)) * (sized.group(1).equals("U") ? 4 : 1);
    boolean fits;
    try {
      fits = Math.multiplyExact(shape.elements(), width) == left;
    } catch (ArithmeticException _) {
      fits = false;
    }
    if (!fits) {
      throw new FormatException(
          refusal.file(),
          refusal.offset(),
          shape
              + " elements of "
              + width
              + " bytes do not take the "
              + left
              + " bytes that follow the header; was the file cut short?");
    }
  }
}
