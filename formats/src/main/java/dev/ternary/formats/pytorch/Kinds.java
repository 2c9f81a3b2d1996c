package dev.ternary.formats.pytorch;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What a value is called in messages: as Python calls it. */
final class Kinds {

  private Kinds() {}

  static String of(Object value) {
    return switch (value) {
      case Optional<?> _ -> "None";
      case Boolean _ -> "bool";
      case Long _, BigInteger _ -> "int";
      case Double _ -> "float";
      case String _ -> "str";
      case ByteBuffer _ -> "bytes";
      case PyTuple _ -> "tuple";
      case PyList _ -> "list";
      case PyDict _ -> "dict";
      case StorageRef _ -> "storage";
      case TensorSpec _ -> "tensor";
      case Global global -> "global " + global.pythonName();
      default -> throw new AssertionError("no unpickled value: " + value.getClass());
    };
  }
}
