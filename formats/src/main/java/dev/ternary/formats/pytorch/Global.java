package dev.ternary.formats.pytorch;

/** A name that a pickle may refer to. There are no others, and none of them runs Python code. */
sealed interface Global {

  /** The name in Python, such as {@code torch._utils._rebuild_tensor_v2}. */
  String pythonName();

  /** A function or class that may be called; the unpickler does what it would do. */
  enum Function implements Global {
    ORDERED_DICT("collections.OrderedDict"),
    REBUILD_TENSOR("torch._utils._rebuild_tensor"),
    REBUILD_TENSOR_V2("torch._utils._rebuild_tensor_v2"),
    REBUILD_TENSOR_V3("torch._utils._rebuild_tensor_v3"),
    REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
    REBUILD_PARAMETER_WITH_STATE("torch._utils._rebuild_parameter_with_state"),
    REBUILD_FROM_TYPE("torch._tensor._rebuild_from_type_v2"),
    ENCODE("_codecs.encode"),
    BYTES("builtins.bytes"),
    BYTEARRAY("builtins.bytearray"),
    SET("builtins.set"),
    COMPLEX("builtins.complex"),
    BUILD_INTS("torch.jit._pickle.build_intlist"),
    BUILD_DOUBLES("torch.jit._pickle.build_doublelist"),
    BUILD_BOOLS("torch.jit._pickle.build_boollist"),
    BUILD_TENSORS("torch.jit._pickle.build_tensorlist"),
    RESTORE_TYPE("torch.jit._pickle.restore_type_tag"),
    SIZE("torch.Size"),
    DEVICE("torch.device");

    private final String pythonName;

    Function(String pythonName) {
      this.pythonName = pythonName;
    }

    @Override
    public String pythonName() {
      return pythonName;
    }
  }

  /** The class of a storage, or in tar files that of a tensor. */
  record ElementType(String pythonName, Element element) implements Global {}

  /** An element type as a value, such as {@code torch.float16}. */
  record DTypeName(String pythonName, Element element) implements Global {}

  /** The class of a module of TorchScript, of which only the attributes of its objects are read. */
  record ModuleClass(String pythonName) implements Global {}

  /** The class of a tensor, as an argument of what builds one. */
  record TensorClass(String pythonName) implements Global {}
}
