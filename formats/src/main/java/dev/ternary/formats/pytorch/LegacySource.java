package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The format before PyTorch 1.6, still written with {@code _use_new_zipfile_serialization=False}:
 * pickles of a magic number, a version, facts on the system, the object and the keys of its
 * storages; then for each key the number of elements in 8 bytes, and the elements. See {@code
 * torch/serialization.py}, {@code _legacy_save}, of PyTorch 2.13.
 */
final class LegacySource {

  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  private LegacySource() {}

  static Source read(FileBytes file) throws FormatException {
    Path path = file.path();
    var in = new PickleInput(path, file.bytes(), 0);
    if (!MAGIC.equals(Unpickler.read(in))) {
      throw new FormatException(
          path, 0, "a pickle, but not a PyTorch checkpoint: the magic number is missing");
    }
    long versionAt = in.at();
    Object version = Unpickler.read(in);
    if (!version.equals(VERSION)) {
      throw new FormatException(path, versionAt, "the version must be " + VERSION);
    }
    requireLittleEndian(path, in.at(), Unpickler.read(in));
    long rootAt = in.at();
    var ids = new StorageIds(path, true);
    Object root = Unpickler.read(in, ids);
    Map<String, MemorySegment> storages = storages(in, ids.roots());
    return new Source(root, rootAt, ref -> find(path, storages, ref));
  }

  /** Refuses a checkpoint from a big-endian system. */
  static void requireLittleEndian(Path path, long at, Object system) throws FormatException {
    boolean little =
        system instanceof PyDict dict && Boolean.TRUE.equals(dict.entries().get("little_endian"));
    if (!little) {
      throw new FormatException(
          path, at, "byte order must be little-endian, but 'little_endian' is not True here");
    }
  }

  private static Map<String, MemorySegment> storages(PickleInput in, Map<String, StorageRef> roots)
      throws FormatException {
    long keysAt = in.at();
    if (!(Unpickler.read(in) instanceof PyList keys)) {
      throw new FormatException(in.file(), keysAt, "the keys of the storages must be a list");
    }
    var storages = new HashMap<String, MemorySegment>();
    for (Object key : keys.items()) {
      if (!(key instanceof String text) || !roots.containsKey(text) || storages.containsKey(text)) {
        throw new FormatException(
            in.file(), keysAt, "the keys of the storages must be those in use, each once");
      }
      StorageRef root = roots.get(text);
      String what = "storage " + Text.quote(text);
      long at = in.at();
      long elements = in.i64(what);
      if (elements != root.rootElements()) {
        throw new FormatException(
            in.file(),
            at,
            what + " must have " + root.rootElements() + " elements, found " + elements);
      }
      storages.put(text, in.segment(elements * root.element().bytes(), what));
    }
    return storages;
  }

  private static MemorySegment find(Path path, Map<String, MemorySegment> storages, StorageRef ref)
      throws FormatException {
    String key = ref.key();
    if (!storages.containsKey(key)) {
      throw new FormatException(
          path, ref.at(), "the file has no data of storage " + Text.quote(key));
    }
    return storages.get(key);
  }
}
