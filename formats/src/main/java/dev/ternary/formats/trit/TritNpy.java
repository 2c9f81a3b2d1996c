package dev.ternary.formats.trit;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.npy.NpzFile;
import dev.ternary.tensor.Tensor;
import dev.ternary.trit.TernaryArray;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Arrays of trits in NumPy's .npy and .npz files: {@code uint8} arrays hold the codes 0, 1 and 2,
 * other integers the values -1, 0 and 1. What is neither is refused with its place in the file.
 */
public final class TritNpy {

  private TritNpy() {}

  /**
   * Reads an array; the file is mapped meanwhile, so it may be larger than a Java array.
   *
   * @throws FormatException if it is no valid .npy file or an element is no trit
   * @throws IOException if it cannot be read
   */
  public static TernaryArray read(Path path) throws IOException {
    try (NpyFile file = NpyFile.open(path)) {
      Tensor tensor = file.tensor();
      return TritTensors.read(path, "", tensor, Files.size(path) - tensor.data().byteSize());
    }
  }

  /** Writes the bytes that {@code numpy.save} writes for these values or codes. */
  public static void write(Path path, TernaryArray array, TritElements elements, IfExists ifExists)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      NpyFile.write(path, TritTensors.write(array, elements, arena), ifExists);
    }
  }

  /**
   * Reads all arrays of an archive.
   *
   * @return the arrays by name, in the archive's order; unmodifiable
   * @throws FormatException if it is no valid archive or an element is no trit
   * @throws IOException if it cannot be read
   */
  public static Map<String, TernaryArray> readAll(Path path) throws IOException {
    var arrays = new LinkedHashMap<String, TernaryArray>();
    for (var entry : NpzFile.read(path).entrySet()) {
      String what = "array '" + entry.getKey() + "': ";
      arrays.put(entry.getKey(), TritTensors.read(path, what, entry.getValue(), -1));
    }
    return Collections.unmodifiableMap(arrays);
  }

  /** Writes an archive, compressed, as {@code numpy.savez_compressed} does. */
  public static void writeAll(
      Path path, Map<String, TernaryArray> arrays, TritElements elements, IfExists ifExists)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      arrays.forEach((name, array) -> tensors.put(name, TritTensors.write(array, elements, arena)));
      NpzFile.write(path, tensors, NpzFile.Compression.DEFLATED, ifExists);
    }
  }
}
