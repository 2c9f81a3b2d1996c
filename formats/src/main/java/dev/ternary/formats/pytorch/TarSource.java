package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.tar.TarHeader;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The format of PyTorch 0.1: a tar archive of {@code sys_info}, {@code pickle}, {@code tensors} and
 * {@code storages}. See {@code torch/serialization.py}, {@code legacy_load}, of PyTorch 2.13.
 */
final class TarSource {

  private static final long MOST_MEMBERS = 1000;

  private final FileBytes file;
  private final Path path;
  private final Map<String, StorageRef> storages = new HashMap<>();
  private final Map<String, MemorySegment> storageBytes = new HashMap<>();
  private final Map<String, TensorSpec> tensors = new HashMap<>();

  private TarSource(FileBytes file) {
    this.file = file;
    this.path = file.path();
  }

  static Source read(FileBytes file) throws FormatException {
    return new TarSource(file).read();
  }

  private Source read() throws FormatException {
    Map<String, PickleInput> members = members();
    PickleInput system = member(members, "sys_info");
    LegacySource.requireLittleEndian(path, system.at(), Unpickler.read(system));
    readStorages(member(members, "storages"));
    readTensors(member(members, "tensors"));
    PickleInput pickle = member(members, "pickle");
    long rootAt = pickle.at();
    Object root = Unpickler.read(pickle, this::tensor);
    return new Source(root, rootAt, this::bytes);
  }

  private Map<String, PickleInput> members() throws FormatException {
    var members = new HashMap<String, PickleInput>();
    long at = 0;
    for (long count = 0; at < file.size() && count < MOST_MEMBERS; count++) {
      MemorySegment block = file.slice(at, TarHeader.BLOCK, "a tar header");
      Optional<TarHeader> header = TarHeader.read(path, block, at);
      if (header.isEmpty()) {
        break;
      }
      long from = at + TarHeader.BLOCK;
      TarHeader member = header.get();
      MemorySegment content = file.slice(from, member.bytes(), "a member of the tar archive");
      if (member.file()) {
        members.put(member.name(), new PickleInput(path, content, from));
      }
      at = from + member.paddedBytes();
    }
    return members;
  }

  private PickleInput member(Map<String, PickleInput> members, String name) throws FormatException {
    PickleInput member = members.get(name);
    if (member == null) {
      throw new FormatException(
          path, 0, "a tar archive, but not a PyTorch checkpoint: it has no " + name);
    }
    return member;
  }

  private void readStorages(PickleInput in) throws FormatException {
    long count = count(in, "storages");
    for (long i = 0; i < count; i++) {
      long at = in.at();
      List<Object> items = triple(in, at);
      if (!(items.get(2) instanceof Global.ElementType type)) {
        throw new FormatException(path, at, "a storage must have a class");
      }
      long elements = in.i64("a storage");
      if (elements < 0 || elements > Long.MAX_VALUE / 8) {
        throw new FormatException(path, in.at() - 8, "a storage of " + elements + " elements");
      }
      String key = key(items.get(0), at);
      long bytes = elements * type.element().bytes();
      storageBytes.put(key, in.segment(bytes, "a storage"));
      storages.put(key, new StorageRef(key, type.element(), elements, 0, elements, at));
    }
    long at = in.at();
    if (!(Unpickler.read(in) instanceof PyList views)) {
      throw new FormatException(path, at, "the views of storages must be a list");
    }
    for (Object view : views.items()) {
      readView(view, at);
    }
  }

  /** (key, key of the whole, first element, elements) */
  private void readView(Object view, long at) throws FormatException {
    if (!(view instanceof PyTuple tuple)
        || tuple.items().size() != 4
        || !(tuple.items().get(2) instanceof Long from)
        || !(tuple.items().get(3) instanceof Long elements)) {
      throw new FormatException(path, at, "a view of a storage must be a tuple of four ints");
    }
    StorageRef whole = storage(tuple.items().get(1), at);
    if (from < 0 || elements < 0 || from > whole.elements() - elements) {
      throw new FormatException(
          path,
          at,
          "a view takes "
              + elements
              + " elements from "
              + from
              + " of a storage of "
              + whole.elements());
    }
    storages.put(
        key(tuple.items().get(0), at),
        new StorageRef(
            whole.key(), whole.element(), whole.rootElements(), whole.from() + from, elements, at));
  }

  private void readTensors(PickleInput in) throws FormatException {
    long count = count(in, "tensors");
    for (long i = 0; i < count; i++) {
      long at = in.at();
      List<Object> items = triple(in, at);
      StorageRef storage = storage(items.get(1), at);
      long rank = in.u32("the rank of a tensor");
      in.u32("the rank of a tensor");
      if (rank > 64) {
        throw new FormatException(path, at, "a tensor of " + rank + " dimensions");
      }
      List<Long> sizes = longs(in, rank);
      List<Long> strides = longs(in, rank);
      long offset = in.i64("the offset of a tensor");
      tensors.put(key(items.get(0), at), new TensorSpec(storage, offset, sizes, strides, at));
    }
  }

  private static List<Long> longs(PickleInput in, long count) throws FormatException {
    var longs = new ArrayList<Long>();
    for (long i = 0; i < count; i++) {
      longs.add(in.i64("the dimensions of a tensor"));
    }
    return longs;
  }

  private long count(PickleInput in, String what) throws FormatException {
    long at = in.at();
    if (!(Unpickler.read(in) instanceof Long count) || count < 0 || count > in.left()) {
      throw new FormatException(path, at, "no possible number of " + what);
    }
    return count;
  }

  private List<Object> triple(PickleInput in, long at) throws FormatException {
    if (!(Unpickler.read(in) instanceof PyTuple tuple) || tuple.items().size() != 3) {
      throw new FormatException(path, at, "a tuple of three must be here");
    }
    return tuple.items();
  }

  private StorageRef storage(Object key, long at) throws FormatException {
    StorageRef storage = storages.get(key(key, at));
    if (storage == null) {
      throw new FormatException(path, at, "there is no storage " + Text.quote(key(key, at)));
    }
    return storage;
  }

  /** Keys were addresses, as numbers or as their text. */
  private String key(Object key, long at) throws FormatException {
    return switch (key) {
      case Long number -> number.toString();
      case String text -> text;
      default ->
          throw new FormatException(path, at, "a key must be an int, found " + Kinds.of(key));
    };
  }

  private MemorySegment bytes(StorageRef ref) throws FormatException {
    MemorySegment bytes = storageBytes.get(ref.key());
    if (bytes == null) {
      throw new FormatException(path, ref.at(), "there is no storage " + Text.quote(ref.key()));
    }
    return bytes;
  }

  private TensorSpec tensor(Object id, long at) throws FormatException {
    TensorSpec tensor = tensors.get(key(id, at));
    if (tensor == null) {
      throw new FormatException(path, at, "there is no tensor " + Text.quote(key(id, at)));
    }
    return tensor;
  }
}
