package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A call of an allowed function in a pickle, and what it would return.
 *
 * @param at offset in the file of the call
 * @param arguments its positional arguments; others do not exist in a pickle
 */
record Arguments(Path file, long at, Global.Function function, List<Object> arguments) {

  private static final int MOST_DIMENSIONS = 64;

  Object call() throws FormatException {
    return switch (function) {
      case ORDERED_DICT -> orderedDict();
      case REBUILD_TENSOR -> tensor(4, 4);
      case REBUILD_TENSOR_V2 -> tensor(6, 7);
      case REBUILD_PARAMETER -> parameter();
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

  private TensorSpec parameter() throws FormatException {
    requireCount(3, 3);
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
