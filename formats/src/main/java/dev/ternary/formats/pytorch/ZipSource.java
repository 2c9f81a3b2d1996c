package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The zip format of PyTorch 1.6 and later: {@code NAME/data.pkl}, {@code NAME/byteorder} and a
 * record {@code NAME/data/KEY} for each storage.
 */
final class ZipSource {

  /** What torch.save stores. */
  static final String DATA = "data";

  private static final String PICKLE = "/data.pkl";

  private final FileBytes file;
  private final ZipDirectory zip;
  private final String prefix;

  /** The parts of an archive whose directory was read. */
  ZipSource(FileBytes file, ZipDirectory zip, String prefix) {
    this.file = file;
    this.zip = zip;
    this.prefix = prefix;
  }

  static Source read(FileBytes file) throws FormatException {
    ZipDirectory zip = ZipDirectory.read(file);
    return new ZipSource(file, zip, prefix(file, zip)).read(DATA);
  }

  /** What the names of all records begin with. */
  static String prefix(FileBytes file, ZipDirectory zip) throws FormatException {
    for (String name : zip.names()) {
      if (name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length()) {
        return name.substring(0, name.length() - PICKLE.length());
      }
    }
    throw new FormatException(
        file.path(),
        0,
        "a zip archive, but not a PyTorch checkpoint: it has no record NAME/data.pkl");
  }

  /**
   * Reads one pickle.
   *
   * @param part its name, such as {@code data}; its storages are in the folder of this name
   */
  Source read(String part) throws FormatException {
    requireLittleEndian();
    var pickle =
        zip.find(prefix + "/" + part + ".pkl")
            .orElseThrow(() ->
                new FormatException(
                    file.path(), 0, "there is no zip record " + prefix + "/" + part + ".pkl"));
    var in = new PickleInput(file.path(), pickle.bytes(), pickle.offset());
    Object root = Unpickler.read(in, new StorageIds(file.path(), false));
    if (in.left() > 0) {
      throw new FormatException(
          file.path(), in.at(), in.left() + " bytes after the end of the pickle");
    }
    return new Source(root, pickle.offset(), ref -> storage(part, ref));
  }

  /** Files without the record are of PyTorch before 2.1, which was little-endian in practice. */
  private void requireLittleEndian() throws FormatException {
    Optional<ZipDirectory.Content> record = zip.find(prefix + "/byteorder");
    if (record.isEmpty()) {
      return;
    }
    MemorySegment bytes = record.get().bytes();
    String order =
        new String(
            bytes.asSlice(0, Math.min(32, bytes.byteSize())).toArray(ValueLayout.JAVA_BYTE),
            StandardCharsets.ISO_8859_1);
    if (!order.equals("little")) {
      throw new FormatException(
          file.path(),
          record.get().offset(),
          "byte order must be 'little', found " + Text.quote(order));
    }
  }

  private MemorySegment storage(String part, StorageRef ref) throws FormatException {
    String name = prefix + "/" + part + "/" + ref.key();
    MemorySegment bytes =
        zip.find(name)
            .orElseThrow(() ->
                new FormatException(
                    file.path(), ref.at(), "there is no zip record " + Text.quote(name)))
            .bytes();
    int width = ref.element().bytes();
    // PyTorch rounds down where one storage has views of several widths.
    if (bytes.byteSize() / width != ref.rootElements()) {
      throw new FormatException(
          file.path(),
          ref.at(),
          "storage of "
              + ref.rootElements()
              + " elements of "
              + ref.element()
              + ", but zip record "
              + Text.quote(name)
              + " has "
              + bytes.byteSize()
              + " bytes");
    }
    return bytes;
  }
}
