package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.DType;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The list of names that a pickle may refer to. */
final class Globals {

  private static final Map<String, Element> ELEMENTS =
      Map.ofEntries(
          Map.entry("Double", Element.of(DType.F64)),
          Map.entry("Float", Element.of(DType.F32)),
          Map.entry("Half", Element.of(DType.F16)),
          Map.entry("BFloat16", Element.of(DType.BF16)),
          Map.entry("Char", Element.of(DType.I8)),
          Map.entry("Byte", Element.of(DType.U8)),
          Map.entry("Short", Element.of(DType.I16)),
          Map.entry("Int", Element.of(DType.I32)),
          Map.entry("Long", Element.of(DType.I64)),
          Map.entry("Bool", Element.of(DType.BOOL)),
          Map.entry("ComplexFloat", Element.opaque("C64", 8)),
          Map.entry("ComplexDouble", Element.opaque("C128", 16)));

  /** {@code torch.dtype} objects, as values and as the types of storages of bytes. */
  private static final Map<String, Element> DTYPES =
      Map.ofEntries(
          Map.entry("float64", Element.of(DType.F64)),
          Map.entry("float32", Element.of(DType.F32)),
          Map.entry("float16", Element.of(DType.F16)),
          Map.entry("bfloat16", Element.of(DType.BF16)),
          Map.entry("int8", Element.of(DType.I8)),
          Map.entry("uint8", Element.of(DType.U8)),
          Map.entry("int16", Element.of(DType.I16)),
          Map.entry("int32", Element.of(DType.I32)),
          Map.entry("int64", Element.of(DType.I64)),
          Map.entry("bool", Element.of(DType.BOOL)),
          Map.entry("uint16", Element.opaque("U16", 2)),
          Map.entry("uint32", Element.opaque("U32", 4)),
          Map.entry("uint64", Element.opaque("U64", 8)),
          Map.entry("complex32", Element.opaque("C32", 4)),
          Map.entry("complex64", Element.opaque("C64", 8)),
          Map.entry("complex128", Element.opaque("C128", 16)),
          Map.entry("float8_e4m3fn", Element.opaque("F8_E4M3", 1)),
          Map.entry("float8_e5m2", Element.opaque("F8_E5M2", 1)),
          Map.entry("float8_e4m3fnuz", Element.opaque("F8_E4M3FNUZ", 1)),
          Map.entry("float8_e5m2fnuz", Element.opaque("F8_E5M2FNUZ", 1)),
          Map.entry("float8_e8m0fnu", Element.opaque("F8_E8M0", 1)));

  private static final List<String> TENSOR_CLASSES =
      List.of("torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer");

  /** What Python 2 called its own module. */
  private static final String BUILTINS = "__builtin__.";

  private static final Map<String, Global> ALLOWED = allowed();

  private Globals() {}

  private static Map<String, Global> allowed() {
    var all = new HashMap<String, Global>();
    for (Global.Function function : Global.Function.values()) {
      all.put(function.pythonName(), function);
      all.put(function.pythonName().replace("builtins.", BUILTINS), function);
    }
    DTYPES.forEach((name, element) ->
        all.put("torch." + name, new Global.DTypeName("torch." + name, element)));
    TENSOR_CLASSES.forEach(name -> all.put(name, new Global.TensorClass(name)));
    String untyped = "torch.storage.UntypedStorage";
    all.put(untyped, new Global.ElementType(untyped, Element.of(DType.U8)));
    ELEMENTS.forEach((name, element) -> {
      for (String module : new String[] {"torch.", "torch.cuda."}) {
        for (String kind : new String[] {"Storage", "Tensor"}) {
          String type = module + name + kind;
          all.put(type, new Global.ElementType(type, element));
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
    if (module.equals("__torch__") || module.startsWith("__torch__.")) {
      return new Global.ModuleClass(shown(module + "." + name));
    }
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
    if (name.contains("sparse")) {
      return ": sparse tensors are not supported; save them with to_dense()";
    }
    if (module.startsWith("torch.nn.") || module.startsWith("torchvision.")) {
      return ": a whole module is Python code; where its code is at hand, torch.load the file with"
          + " weights_only=False, if you trust it, and save its state_dict()";
    }
    return ": only tensors and plain containers are read, and no code of a file is run";
  }
}
