package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.DType;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The list of names that a pickle may refer to. */
final class Globals {

  private static final Map<String, DType> ELEMENTS =
      Map.of(
          "Double", DType.F64,
          "Float", DType.F32,
          "Half", DType.F16,
          "BFloat16", DType.BF16,
          "Char", DType.I8,
          "Byte", DType.U8,
          "Short", DType.I16,
          "Int", DType.I32,
          "Long", DType.I64,
          "Bool", DType.BOOL);

  /** Names of {@code torch.dtype} objects; as values they are harmless, whatever they mean. */
  private static final Set<String> DTYPES =
      Set.of(
          "torch.float64",
          "torch.float32",
          "torch.float16",
          "torch.bfloat16",
          "torch.int8",
          "torch.uint8",
          "torch.int16",
          "torch.uint16",
          "torch.int32",
          "torch.uint32",
          "torch.int64",
          "torch.uint64",
          "torch.bool",
          "torch.complex64",
          "torch.complex128",
          "torch.float8_e4m3fn",
          "torch.float8_e5m2");

  private static final Map<String, Global> ALLOWED = allowed();

  private Globals() {}

  private static Map<String, Global> allowed() {
    var all = new HashMap<String, Global>();
    for (Global.Function function : Global.Function.values()) {
      all.put(function.pythonName(), function);
    }
    for (String dtype : DTYPES) {
      all.put(dtype, new Global.DTypeName(dtype));
    }
    ELEMENTS.forEach((element, dtype) -> {
      for (String module : new String[] {"torch.", "torch.cuda."}) {
        for (String kind : new String[] {"Storage", "Tensor"}) {
          String name = module + element + kind;
          all.put(name, new Global.ElementType(name, dtype));
        }
      }
    });
    return Map.copyOf(all);
  }

  /**
   * The global with this name.
   *
   * @param at offset of the reference
   */
  static Global find(Path file, long at, String module, String name) throws FormatException {
    // A name with dots is looked up attribute by attribute in protocol 4: never needed here.
    Optional<Global> global =
        name.indexOf('.') >= 0
            ? Optional.empty()
            : Optional.ofNullable(ALLOWED.get(module + "." + name));
    if (global.isEmpty()) {
      throw new FormatException(
          file, at, "refuses global " + shown(module + "." + name) + reason(module, name));
    }
    return global.get();
  }

  private static String shown(String name) {
    boolean plain = name.length() <= 120 && name.chars().allMatch(c -> c > ' ' && c < 0x7f);
    return plain ? name : Text.quote(name);
  }

  private static String reason(String module, String name) {
    if (name.startsWith("QInt") || name.startsWith("QUInt") || name.contains("qtensor")) {
      return ": quantized tensors are not supported; dequantize them before saving";
    }
    if (name.startsWith("Complex") || name.equals("complex")) {
      return ": complex numbers are not supported";
    }
    if (name.contains("sparse")) {
      return ": sparse tensors are not supported; save them with to_dense()";
    }
    if (name.equals("_rebuild_tensor_v3") || name.equals("UntypedStorage")) {
      return ": its element type is not one of " + ELEMENTS.values().stream().sorted().toList();
    }
    if (module.startsWith("torch.nn.") || module.startsWith("torchvision.")) {
      return ": a whole module is Python code; save its state_dict() instead";
    }
    return ": only tensors and plain containers are read, and no code of a file is run";
  }
}
