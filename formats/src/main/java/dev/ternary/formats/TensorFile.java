package dev.ternary.formats;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An open file, or folder, of tensors by name. Its tensors are views that this object owns: they
 * must not be used after {@link #close}. Safe to share between threads.
 */
public interface TensorFile extends AutoCloseable {

  /** The file or folder as it was named. */
  Path path();

  /** What kind of file it is. */
  FileKind kind();

  /** Texts that the file has beside its tensors, in the file's order; unmodifiable. */
  Map<String, String> metadata();

  /** What a person should know of how the file was read, such as what was left out. */
  default List<String> notes() {
    return List.of();
  }

  /** The names of all tensors in the order of the file; unmodifiable. */
  List<String> names();

  /**
   * The tensor with this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the nearest names
   */
  StoredTensor tensor(String name);

  /** Gives the file back; its tensors cannot be read any more. Does nothing when called again. */
  @Override
  void close();
}
