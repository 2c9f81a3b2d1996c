package dev.ternary.formats.pytorch;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file that {@code torch.jit.save} wrote: modules with their tensors, and the program that
 * computes with them as text. Nothing in it is run here. Tensors are views of the mapped file,
 * which live until {@link #close}. Safe to share between threads.
 *
 * <p>Layout as in {@code torch/csrc/jit/serialization/export_module.cpp} of PyTorch 2.13: {@code
 * NAME/data.pkl} with the module, {@code NAME/constants.pkl} with the tensors that the program
 * names, {@code NAME/code/**.py}, and for traced modules {@code NAME/traced_inputs.pkl}.
 */
public final class TorchScriptArchive implements AutoCloseable {

  /** Bytes of one file of the program; torchvision's largest have 100 thousand. */
  private static final long MOST_CODE = 8 << 20;

  /** Bytes of all. */
  private static final long MOST_CODE_TOGETHER = 64 << 20;

  private static final String CODE = "/code/";

  private final MappedFile file;
  private final Arena copies;
  private final Content content;

  private TorchScriptArchive(MappedFile file, Arena copies, Content content) {
    this.file = file;
    this.copies = copies;
    this.content = content;
  }

  /** What is in an archive. */
  private record Content(
      ScriptModule module,
      List<Object> constants,
      Map<String, ScriptCode> code,
      List<Shape> tracedInputs) {}

  /**
   * Whether a file is a zip archive with a program of TorchScript in it, damaged or not.
   *
   * @throws IOException if it cannot be read
   */
  public static boolean is(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (MappedFile file = MappedFile.open(path)) {
      var bytes = new FileBytes(path, file.bytes());
      return isZip(bytes) && hasCode(ZipDirectory.read(bytes));
    } catch (FormatException _) {
      return false; // A damaged zip archive, of which whoever opens it says more.
    }
  }

  private static boolean isZip(FileBytes file) {
    byte[] start =
        file.bytes()
            .asSlice(0, Math.min(FileKind.START_BYTES, file.size()))
            .toArray(ValueLayout.JAVA_BYTE);
    return FileKind.of(start) == FileKind.ZIP;
  }

  private static boolean hasCode(ZipDirectory zip) {
    for (String name : zip.names()) {
      if (isCode(name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isCode(String name) {
    return name.endsWith(".py") && name.indexOf(CODE) == name.indexOf('/') && name.contains(CODE);
  }

  /**
   * Maps a file and reads all of it but the elements of its tensors.
   *
   * @throws FormatException if it is none, or has anything in it that is not supported
   * @throws IOException if the file cannot be read
   */
  @SuppressWarnings("MustBeClosedChecker") // closed by close(), or here where reading fails
  public static TorchScriptArchive open(Path path) throws IOException {
    MappedFile file = MappedFile.open(path);
    Arena copies = Arena.ofShared();
    boolean opened = false;
    try {
      Content content = read(new FileBytes(path, file.bytes()), copies);
      var archive = new TorchScriptArchive(file, copies, content);
      opened = true;
      return archive;
    } finally {
      if (!opened) {
        copies.close();
        file.close();
      }
    }
  }

  private static Content read(FileBytes file, Arena copies) throws FormatException {
    if (!isZip(file)) {
      throw new FormatException(file.path(), 0, "not TorchScript, which is a zip archive");
    }
    ZipDirectory zip = ZipDirectory.read(file);
    if (!hasCode(zip)) {
      throw new FormatException(
          file.path(), 0, "a zip archive, but not TorchScript: it has no record NAME/code/*.py");
    }
    String prefix = ZipSource.prefix(file, zip);
    var source = new ZipSource(file, zip, prefix);
    Saved data = PyTorchCheckpoint.read(file, source.read(ZipSource.DATA), copies, true);
    if (!(data.root() instanceof ScriptModule module)) {
      throw new FormatException(
          file.path(), data.rootAt(), "must hold a module, holds " + RootSummary.of(data.root()));
    }
    Saved constants = PyTorchCheckpoint.read(file, source.read("constants"), copies, false);
    if (!(constants.root() instanceof List<?> list)) {
      throw new FormatException(file.path(), constants.rootAt(), "constants must be a tuple");
    }
    return new Content(
        module,
        Collections.unmodifiableList(list),
        code(file, zip, prefix),
        traced(zip, source, prefix));
  }

  private static Map<String, ScriptCode> code(FileBytes file, ZipDirectory zip, String prefix)
      throws FormatException {
    var all = new LinkedHashMap<String, ScriptCode>();
    long left = MOST_CODE_TOGETHER;
    for (String record : zip.names()) {
      if (!isCode(record) || !record.startsWith(prefix + "/")) {
        continue;
      }
      ZipDirectory.Content text = zip.unpacked(record, Math.min(MOST_CODE, left));
      left -= text.bytes().byteSize();
      String name = record.substring(prefix.length() + 1);
      if (!name.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
        throw new FormatException(
            file.path(), text.offset(), "no file of a program is called " + Text.quote(name));
      }
      String statements =
          new String(text.bytes().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
      all.put(name, new ScriptCode(name, statements, text.offset()));
    }
    return Collections.unmodifiableMap(all);
  }

  /** The shapes alone: their elements are not stored. */
  private static List<Shape> traced(ZipDirectory zip, ZipSource source, String prefix)
      throws FormatException {
    if (zip.find(prefix + "/traced_inputs.pkl").isEmpty()
        || !(source.read("traced_inputs").root() instanceof PyDict methods)
        || !(methods.entries().get("forward") instanceof PyList inputs)) {
      return List.of();
    }
    var shapes = new ArrayList<Shape>();
    for (Object input : inputs.items()) {
      if (!(input instanceof TensorSpec spec)) {
        return List.of();
      }
      try {
        shapes.add(Shape.of(spec.sizes().stream().mapToLong(Long::longValue).toArray()));
      } catch (IllegalArgumentException _) {
        return List.of(); // A hint that is damaged is none.
      }
    }
    return List.copyOf(shapes);
  }

  /** The file as it was named to {@link #open}. */
  public Path path() {
    return file.path();
  }

  /** The module that was saved. */
  public ScriptModule module() {
    return content.module();
  }

  /**
   * What the program calls {@code CONSTANTS.c0}, {@code CONSTANTS.c1} and so on: mostly tensors, as
   * {@link PyTorchCheckpoint#root} describes them; unmodifiable.
   */
  public List<Object> constants() {
    return content.constants();
  }

  /** The program: its files by the names of their records; unmodifiable. */
  public Map<String, ScriptCode> code() {
    return content.code();
  }

  /**
   * The shapes of what a traced module was traced with, samples first; empty where the archive does
   * not say.
   */
  public List<Shape> tracedInputs() {
    return content.tracedInputs();
  }

  /** Unmaps the file; its tensors cannot be read any more. Does nothing when called again. */
  @Override
  public synchronized void close() {
    if (copies.scope().isAlive()) {
      copies.close();
      file.close();
    }
  }
}
