package dev.ternary.formats.gguf;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands before the data of a GGUF file of version 2 or 3 (docs/gguf.md of ggml): values by
 * key, and where each tensor lies.
 *
 * @param version of the format
 * @param values by key, in the order of the file
 * @param tensors in the order of the file
 * @param data where the data of the tensors starts
 */
record GgufHeader(int version, Map<String, GgufValue> values, List<Entry> tensors, long data) {

  /**
   * A tensor as the header has it.
   *
   * @param at where in the header
   * @param shape the innermost dimension last, which the file has first
   * @param type number of its type
   * @param offset of its bytes, from the start of the data
   */
  record Entry(long at, String name, Shape shape, int type, long offset) {}

  static final String ALIGNMENT = "general.alignment";

  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MAGIC = 0x4655_4747;
  private static final int MOST_DIMS = 4;

  /** Of a key with an empty name and value, and of a tensor likewise. */
  private static final int LEAST_KEY_BYTES = 13;

  private static final int LEAST_TENSOR_BYTES = 24;

  static GgufHeader read(MappedFile file) throws FormatException {
    var in = new GgufInput(file);
    if (in.int32("the magic number") != MAGIC) {
      throw in.error(0, "this is no GGUF file: it does not start with GGUF");
    }
    int version = in.int32("the version");
    if (version != 2 && version != 3) {
      throw in.error(4, wrongVersion(version));
    }
    int tensorCount = in.count("the number of tensors", LEAST_TENSOR_BYTES);
    int keyCount = in.count("the number of keys", LEAST_KEY_BYTES);
    var values = new LinkedHashMap<String, GgufValue>();
    for (int i = 0; i < keyCount; i++) {
      long at = in.at();
      String key = in.text("key " + i);
      if (values.put(key, in.value(key)) != null) {
        throw in.error(at, "the key " + Text.quote(key) + " is there twice");
      }
    }
    List<Entry> tensors = new ArrayList<>();
    for (int i = 0; i < tensorCount; i++) {
      tensors.add(entry(in));
    }
    int alignment = alignment(in, values);
    long data = Math.addExact(in.at(), alignment - 1) / alignment * alignment;
    return new GgufHeader(version, Collections.unmodifiableMap(values), tensors, data);
  }

  private static String wrongVersion(int version) {
    int swapped = Integer.reverseBytes(version);
    if (swapped == 2 || swapped == 3) {
      return "the file is big-endian; convert it to little-endian, with gguf-py's"
          + " gguf_convert_endian.py say";
    }
    String found = "version " + Integer.toUnsignedString(version);
    return version == 1
        ? found + " of GGUF is too old; convert the model anew, to version 2 or 3"
        : found + " of GGUF is unknown, expected 2 or 3";
  }

  private static Entry entry(GgufInput in) throws FormatException {
    long at = in.at();
    String name = in.text("the name of a tensor");
    int rank = in.int32("the number of dimensions of " + Text.quote(name));
    if (rank < 0 || rank > MOST_DIMS) {
      throw in.error(
          at,
          "tensor "
              + Text.quote(name)
              + " has "
              + Integer.toUnsignedString(rank)
              + " dimensions, expected at most "
              + MOST_DIMS);
    }
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      long dim = in.int64("a dimension of " + Text.quote(name));
      if (dim < 1 || dim > Integer.MAX_VALUE) {
        throw in.error(
            at,
            "tensor "
                + Text.quote(name)
                + " has the dimension "
                + Long.toUnsignedString(dim)
                + ", expected 1 to "
                + Integer.MAX_VALUE);
      }
      dims[rank - 1 - i] = dim;
    }
    int type = in.int32("the type of " + Text.quote(name));
    long offset = in.int64("the offset of " + Text.quote(name));
    try {
      Shape shape = Shape.of(dims);
      shape.byteSize(DType.F64);
      return new Entry(at, name, shape, type, offset);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw in.error(
          at, "tensor " + Text.quote(name) + " has a shape that is too large: " + Text.message(e));
    }
  }

  private static int alignment(GgufInput in, Map<String, GgufValue> values) throws FormatException {
    GgufValue value = values.getOrDefault(ALIGNMENT, new GgufValue.Int(DEFAULT_ALIGNMENT));
    if (value instanceof GgufValue.Int(long bytes)
        && bytes >= 1
        && bytes <= 1 << 20
        && Long.bitCount(bytes) == 1) {
      return (int) bytes;
    }
    throw in.error(in.at(), ALIGNMENT + " must be a power of two up to 2^20, found " + value);
  }
}
