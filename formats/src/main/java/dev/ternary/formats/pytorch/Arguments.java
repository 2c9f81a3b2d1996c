package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/**
 * A call of an allowed function in a pickle, and what it would return.
 *
 * @param at offset in the file of the call
 * @param arguments its positional arguments; others do not exist in a pickle
 * @param encoded bytes of the texts that were encoded already, which may be referred to often
 */
record Arguments(
    Path file,
    long at,
    Global.Function function,
    List<Object> arguments,
    IdentityHashMap<String, ByteBuffer> encoded) {

  private static final int MOST_DIMENSIONS = 64;

  Object call() throws FormatException {
    return switch (function) {
      case ORDERED_DICT -> orderedDict();
      case REBUILD_TENSOR -> tensor(4, 4);
      case REBUILD_TENSOR_V2 -> tensor(6, 7);
      case REBUILD_TENSOR_V3 -> typedTensor();
      case REBUILD_PARAMETER -> parameter(3);
      case REBUILD_PARAMETER_WITH_STATE -> parameter(4);
      case REBUILD_FROM_TYPE -> fromType();
      case ENCODE -> encode();
      case BYTES, BYTEARRAY -> bytes();
      case SET -> set();
      case COMPLEX -> complex();
      case BUILD_INTS, BUILD_DOUBLES, BUILD_BOOLS, BUILD_TENSORS -> list(1);
      case RESTORE_TYPE -> list(2);
      case SIZE -> size();
      case DEVICE -> device();
    };
  }

  private PyDict orderedDict() throws FormatException {
    requireCount(0, 1);
    var dict = new PyDict(true, at);
    if (arguments.isEmpty()) {
      return dict;
    }
    // As Python 2 writes it: a list of pairs.
    for (Object pair : items(0, "the entries")) {
      List<Object> entry =
          switch (pair) {
            case PyList list -> list.items();
            case PyTuple tuple -> tuple.items();
            default -> List.of();
          };
      if (entry.size() != 2) {
        throw error("an entry must be a pair, found " + Kinds.of(pair));
      }
      dict.put(file, at, entry.get(0), entry.get(1));
    }
    return dict;
  }

  /** TorchScript says what is in its lists and dicts, which the things in them tell too. */
  private Object list(int count) throws FormatException {
    requireCount(count, count);
    return switch (arguments.getFirst()) {
      case PyList list -> list;
      case PyDict dict -> dict;
      default ->
          throw error("argument 1 must be a list or dict, found " + Kinds.of(arguments.getFirst()));
    };
  }

  private TensorSpec tensor(int least, int most) throws FormatException {
    requireCount(least, most);
    if (!(arguments.get(0) instanceof StorageRef storage)) {
      throw error("argument 1 must be a storage, found " + Kinds.of(arguments.get(0)));
    }
    if (!(arguments.get(1) instanceof Long offset)) {
      throw error("the storage offset must be an int, found " + Kinds.of(arguments.get(1)));
    }
    List<Long> sizes = integers(2, "the size");
    List<Long> strides = integers(3, "the stride");
    if (sizes.size() != strides.size()) {
      throw error("size has " + sizes.size() + " dimensions, stride " + strides.size());
    }
    if (arguments.size() > 5) {
      requireNoHooks(5);
    }
    if (arguments.size() > 6) {
      requireEmpty(6, "tensor metadata (lazy negation or conjugation)");
    }
    return new TensorSpec(storage, offset, sizes, strides, at);
  }

  /** A storage of bytes, and the type of the elements that they are. */
  private TensorSpec typedTensor() throws FormatException {
    requireCount(7, 8);
    if (!(arguments.get(6) instanceof Global.DTypeName dtype)) {
      throw error("argument 7 must be a dtype, found " + Kinds.of(arguments.get(6)));
    }
    var others = new ArrayList<>(arguments);
    others.remove(6);
    TensorSpec bytes =
        new Arguments(file, at, Global.Function.REBUILD_TENSOR_V2, others, encoded).tensor(6, 7);
    StorageRef storage = bytes.storage();
    int width = dtype.element().bytes();
    if (storage.element().bytes() != 1 || storage.from() % width != 0) {
      throw error("its storage must be of bytes, found elements of " + storage.element());
    }
    var typed =
        new StorageRef(
            storage.key(),
            dtype.element(),
            storage.rootElements() / width,
            storage.from() / width,
            storage.elements() / width,
            storage.at());
    return new TensorSpec(typed, bytes.offset(), bytes.sizes(), bytes.strides(), at);
  }

  /** A tensor of a class of its own, whose attributes are left out. */
  private Object fromType() throws FormatException {
    requireCount(4, 4);
    if (!(arguments.get(0) instanceof Global.Function rebuild)
        || !(arguments.get(1) instanceof Global.TensorClass)
        || !(arguments.get(2) instanceof PyTuple inner)) {
      throw error("takes a function, a class of torch and a tuple");
    }
    if (!buildsTensors(rebuild)) {
      throw error("refuses to call global " + rebuild.pythonName());
    }
    return new Arguments(file, at, rebuild, inner.items(), encoded).call();
  }

  private static boolean buildsTensors(Global.Function function) {
    return switch (function) {
      case REBUILD_TENSOR,
          REBUILD_TENSOR_V2,
          REBUILD_TENSOR_V3,
          REBUILD_PARAMETER,
          REBUILD_PARAMETER_WITH_STATE ->
          true;
      case ORDERED_DICT,
          REBUILD_FROM_TYPE,
          BUILD_INTS,
          BUILD_DOUBLES,
          BUILD_BOOLS,
          BUILD_TENSORS,
          RESTORE_TYPE,
          SIZE,
          DEVICE,
          ENCODE,
          BYTES,
          BYTEARRAY,
          SET,
          COMPLEX ->
          false;
    };
  }

  /** How protocol 2 stores bytes: a text of which each character is one. */
  private ByteBuffer encode() throws FormatException {
    requireCount(2, 2);
    if (!(arguments.get(0) instanceof String text)
        || !(arguments.get(1) instanceof String charset)
        || !(charset.equals("latin1") || charset.equals("latin-1"))) {
      throw error("takes a string and 'latin1'");
    }
    if (text.chars().anyMatch(c -> c > 0xff)) {
      throw error("a character is no byte");
    }
    return encoded.computeIfAbsent(
        text, t -> ByteBuffer.wrap(t.getBytes(StandardCharsets.ISO_8859_1)).asReadOnlyBuffer());
  }

  private ByteBuffer bytes() throws FormatException {
    requireCount(0, 2);
    if (arguments.isEmpty()) {
      return ByteBuffer.allocate(0).asReadOnlyBuffer();
    }
    if (arguments.size() == 2) {
      return encode();
    }
    if (!(arguments.get(0) instanceof ByteBuffer bytes)) {
      throw error("takes bytes, found " + Kinds.of(arguments.get(0)));
    }
    return bytes;
  }

  /** The list that it is made of, which is as good and costs nothing. */
  private PyList set() throws FormatException {
    requireCount(0, 1);
    if (arguments.isEmpty()) {
      return new PyList(at);
    }
    if (!(arguments.get(0) instanceof PyList items)) {
      throw error("takes a list, found " + Kinds.of(arguments.get(0)));
    }
    return items;
  }

  private PyTuple complex() throws FormatException {
    requireCount(2, 2);
    if (!(arguments.get(0) instanceof Double) || !(arguments.get(1) instanceof Double)) {
      throw error("takes two floats");
    }
    return new PyTuple(arguments, at);
  }

  private TensorSpec parameter(int count) throws FormatException {
    requireCount(count, count);
    if (!(arguments.get(0) instanceof TensorSpec tensor)) {
      throw error("argument 1 must be a tensor, found " + Kinds.of(arguments.get(0)));
    }
    requireNoHooks(2);
    return tensor;
  }

  private PyTuple size() throws FormatException {
    requireCount(1, 1);
    return new PyTuple(List.copyOf(integers(0, "the size")), at);
  }

  private String device() throws FormatException {
    requireCount(1, 2);
    if (!(arguments.get(0) instanceof String type)) {
      throw error("a device must be a string, found " + Kinds.of(arguments.get(0)));
    }
    if (arguments.size() == 1) {
      return type;
    }
    if (!(arguments.get(1) instanceof Long index)) {
      throw error("the index of a device must be an int, found " + Kinds.of(arguments.get(1)));
    }
    return type + ":" + index;
  }

  private void requireNoHooks(int index) throws FormatException {
    requireEmpty(index, "backward hooks");
  }

  private void requireEmpty(int index, String what) throws FormatException {
    Object value = arguments.get(index);
    boolean empty =
        value instanceof Optional<?> || (value instanceof PyDict dict && dict.entries().isEmpty());
    if (!empty) {
      throw error(what + " must be None or an empty dict");
    }
  }

  private void requireCount(int least, int most) throws FormatException {
    if (arguments.size() < least || arguments.size() > most) {
      throw error(
          "takes "
              + least
              + (least == most ? "" : " to " + most)
              + " arguments, found "
              + arguments.size());
    }
  }

  private List<Object> items(int index, String what) throws FormatException {
    return switch (arguments.get(index)) {
      case PyList list -> list.items();
      case PyTuple tuple -> tuple.items();
      default -> throw error(what + " must be a list, found " + Kinds.of(arguments.get(index)));
    };
  }

  private List<Long> integers(int index, String what) throws FormatException {
    List<Object> items = items(index, what);
    if (items.size() > MOST_DIMENSIONS) {
      throw error(what + " has " + items.size() + " dimensions, more than " + MOST_DIMENSIONS);
    }
    var integers = new ArrayList<Long>();
    for (Object item : items) {
      if (!(item instanceof Long integer)) {
        throw error(what + " must be of ints, found " + Kinds.of(item));
      }
      integers.add(integer);
    }
    return integers;
  }

  private FormatException error(String reason) {
    return new FormatException(file, at, function.pythonName() + ": " + reason);
  }
}
