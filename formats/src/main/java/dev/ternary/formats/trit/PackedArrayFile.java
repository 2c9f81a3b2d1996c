package dev.ternary.formats.trit;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.formats.safetensors.SafetensorsHeader;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.packed.InvalidCodeException;
import dev.ternary.packed.Packing;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.trit.TernaryArray;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A safetensors file of packed arrays of trits. Each is a U8 tensor of its packed bytes, and the
 * metadata has its packing and shape: {@code "ternary.array.NAME": "2bit [2, 3]"}.
 *
 * <p>The file is mapped: arrays of two bits a trit are views of it, at most as long as this object
 * is open, and take no heap whatever their size; those in base 243 are unpacked into the heap. All
 * codes are checked when the file is opened.
 */
public final class PackedArrayFile implements AutoCloseable {

  private static final String PREFIX = "ternary.array.";

  private final SafetensorsFile file;
  private final Map<String, TernaryArray> arrays;

  private PackedArrayFile(SafetensorsFile file, Map<String, TernaryArray> arrays) {
    this.file = file;
    this.arrays = Collections.unmodifiableMap(arrays);
  }

  /**
   * Maps a file.
   *
   * @throws FormatException if it is no valid file of packed arrays, or a code is invalid
   * @throws IOException if it cannot be read
   */
  public static PackedArrayFile open(Path path) throws IOException {
    SafetensorsFile file = SafetensorsFile.open(path);
    boolean opened = false;
    try {
      var arrays = new LinkedHashMap<String, TernaryArray>();
      for (SafetensorsHeader.Entry entry : file.header().entries()) {
        String layout = file.metadata().get(PREFIX + entry.name());
        if (layout == null) {
          throw new FormatException(
              path,
              entry.headerOffset(),
              "tensor '" + entry.name() + "' is no packed array: no " + PREFIX + entry.name());
        }
        arrays.put(entry.name(), read(path, entry, layout, file.tensor(entry.name())));
      }
      opened = true;
      return new PackedArrayFile(file, arrays);
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private static TernaryArray read(
      Path path, SafetensorsHeader.Entry entry, String layout, Tensor tensor)
      throws FormatException {
    try {
      int space = layout.indexOf(' ');
      Packing packing = Packing.ofId(space < 0 ? layout : layout.substring(0, space));
      Shape shape = shape(space < 0 ? "" : layout.substring(space + 1));
      if (tensor.dtype() != DType.U8) {
        throw new IllegalArgumentException("packed bytes are U8, not " + tensor.dtype());
      }
      return packing instanceof Packing.TwoBit
          ? TernaryArray.viewOf2Bit(shape, tensor.data())
          : TernaryArray.ofPacked(shape, packing, tensor.data());
    } catch (IllegalArgumentException e) {
      long within = e instanceof InvalidCodeException invalid ? invalid.offset() : 0;
      throw new FormatException(
          path,
          entry.offset() + within,
          "array '" + entry.name() + "', " + layout + ": " + e.getMessage(),
          e);
    }
  }

  private static Shape shape(String text) {
    if (!text.startsWith("[") || !text.endsWith("]")) {
      throw new IllegalArgumentException("'" + text + "' is no shape such as [2, 3]");
    }
    String dims = text.substring(1, text.length() - 1);
    return dims.isEmpty()
        ? Shape.of()
        : Shape.of(Arrays.stream(dims.split(", ", -1)).mapToLong(Long::parseLong).toArray());
  }

  /**
   * Writes arrays packed.
   *
   * @throws IllegalArgumentException if an array is larger than 2 GiB packed
   * @throws IOException if the file cannot be written; the message says why
   */
  public static void write(
      Path path, Map<String, TernaryArray> arrays, Packing packing, IfExists ifExists)
      throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (var entry : arrays.entrySet()) {
      byte[] packed = entry.getValue().toPacked(packing);
      tensors.put(
          entry.getKey(),
          new Tensor(DType.U8, Shape.of(packed.length), MemorySegment.ofArray(packed)));
    }
    Map<String, String> metadata =
        arrays.entrySet().stream()
            .collect(
                Collectors.toMap(
                    entry -> PREFIX + entry.getKey(),
                    entry -> packing.id() + " " + entry.getValue().shape()));
    SafetensorsWriter.write(path, tensors, metadata, ifExists);
  }

  /** All arrays by name, in the order of the file; unmodifiable. */
  public Map<String, TernaryArray> arrays() {
    return arrays;
  }

  /**
   * The array with this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public TernaryArray array(String name) {
    TernaryArray array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException(
          file.path() + " has no array '" + name + "'; it has " + arrays.keySet());
    }
    return array;
  }

  /** Unmaps the file; views of it cannot be read any more. Does nothing when called again. */
  @Override
  public void close() {
    file.close();
  }
}
