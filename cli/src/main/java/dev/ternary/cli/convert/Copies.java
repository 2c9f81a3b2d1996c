package dev.ternary.cli.convert;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.safetensors.SafetensorsHeader;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** How tensors that stay as they are come into a safetensors file. */
public final class Copies {

  private Copies() {}

  /** Whether safetensors has a type for it; whatever comes from there goes back there. */
  public static boolean canHold(FileKind from, StoredTensor tensor) {
    boolean fromSafetensors =
        from == FileKind.SAFETENSORS || from == FileKind.HUGGINGFACE || from == FileKind.PACKED;
    return fromSafetensors
        || tensor.decoded().isPresent()
        || SafetensorsHeader.knows(tensor.encoding());
  }

  /** What to write for it: packed weights and blocks decoded, all else as it is. */
  public static SafetensorsWriter.Entry entry(StoredTensor tensor) {
    return isDecoded(tensor)
        ? SafetensorsWriter.Entry.of(tensor.decoded().orElseThrow(), tensor.shape())
        : new SafetensorsWriter.Entry(tensor.encoding(), tensor.shape(), tensor.bytes().byteSize());
  }

  private static boolean isDecoded(StoredTensor tensor) {
    return tensor.dtype().isEmpty() && tensor.decoded().isPresent();
  }

  /** The bytes to write for it. */
  public static MemorySegment bytes(StoredTensor tensor) throws FormatException {
    return isDecoded(tensor) ? tensor.toTensor().data() : tensor.bytes();
  }

  /** A warning that it is not copied. */
  public static String leftOut(StoredTensor tensor) {
    return "warning: left out '"
        + tensor.name()
        + "' ("
        + tensor.encoding()
        + "), for which safetensors has no type";
  }

  /** A warning of each tensor of floats that holds NaN or an infinity. */
  public static List<String> notFinite(TensorFile file) throws FormatException {
    var warnings = new ArrayList<String>();
    for (String name : file.names()) {
      StoredTensor stored = file.tensor(name);
      if (stored.dtype().filter(DType::isFloating).isEmpty()) {
        continue;
      }
      Tensor tensor = stored.toTensor();
      long at = 0;
      while (at < tensor.shape().elements() && Float.isFinite(tensor.getFloat(at))) {
        at++;
      }
      if (at < tensor.shape().elements()) {
        warnings.add(
            "warning: '"
                + name
                + "' holds "
                + tensor.getFloat(at)
                + " at "
                + Shape.of(tensor.shape().indexOf(at))
                + "; the network's outputs will hardly be right");
      }
    }
    return warnings;
  }

  /** A note on each tensor that shares its bytes with one before it; both are written. */
  static List<String> shared(TensorFile file, List<String> names) {
    var first = new HashMap<List<Long>, String>();
    var notes = new ArrayList<String>();
    for (String name : names) {
      MemorySegment bytes = file.tensor(name).bytes();
      if (bytes.isNative() && bytes.byteSize() > 0) {
        String other = first.putIfAbsent(List.of(bytes.address(), bytes.byteSize()), name);
        if (other != null) {
          notes.add(
              "note: '" + name + "' is '" + other + "' under another name; each is written whole");
        }
      }
    }
    return notes;
  }

  /** Gives back the memory that mapped bytes take once they were read. */
  public static void unload(MemorySegment bytes) {
    if (bytes.isMapped()) {
      bytes.unload();
    }
  }
}
