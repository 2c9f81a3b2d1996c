package dev.ternary.formats.tensors;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.formats.file.OpenTensors;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.gguf.GgufFile;
import dev.ternary.formats.idx.IdxFile;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.npy.NpzFile;
import dev.ternary.formats.packed.PackedModelFile;
import dev.ternary.formats.pytorch.PyTorchCheckpoint;
import dev.ternary.formats.pytorch.StateDict;
import dev.ternary.formats.safetensors.SafetensorsFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipFile;

/** Opens files of tensors. What a file is, its bytes say and not its name. */
public final class TensorFiles {

  /** What the one tensor of a file without names is called. */
  private static final String ARRAY = "array";

  private TensorFiles() {}

  /**
   * Opens a file of any kind that is read here, or a folder with a model as HuggingFace lays it
   * out.
   *
   * @throws FormatException if it is another kind of file, which the message names, or damaged
   * @throws IOException if it cannot be read
   */
  public static TensorFile open(Path path) throws IOException {
    return open(path, Optional.empty());
  }

  /**
   * Opens one part of a PyTorch checkpoint.
   *
   * @param key a key of its root, or a path of keys with dots between them; without one, as {@link
   *     #open(Path)}
   * @throws IllegalArgumentException if there is no such part, or the file has no parts
   */
  public static TensorFile open(Path path, Optional<String> key) throws IOException {
    if (key.isPresent() && (Files.isDirectory(path) || !isCheckpoint(kind(path)))) {
      throw new IllegalArgumentException(
          path + " is no PyTorch checkpoint, of which a key names a part");
    }
    if (Files.isDirectory(path)) {
      return ModelFolder.open(path, TensorFiles::open);
    }
    FileKind kind = kind(path);
    return switch (kind) {
      case SAFETENSORS, PACKED -> safetensors(path);
      case NPY -> npy(path);
      case NPZ -> of(path, FileKind.NPZ, NpzFile.readAll(path), () -> {});
      case IDX -> {
        StoredTensor array = StoredTensor.of(ARRAY, IdxFile.read(path));
        yield of(path, FileKind.IDX, List.of(array), () -> {});
      }
      case PYTORCH, TAR -> checkpoint(path, key);
      case GGUF -> gguf(path);
      case HUGGINGFACE,
          ZIP,
          GZIP,
          HDF5,
          TFLITE,
          ONNX,
          GIT_LFS,
          JPEG,
          PNG,
          PDF,
          HTML,
          JSON,
          TEXT,
          EMPTY,
          UNKNOWN ->
          throw new FormatException(
              path,
              0,
              "expected safetensors, GGUF, .npy, .npz, idx or a PyTorch checkpoint, found "
                  + kind.phrase()
                  + (isIndex(path, kind)
                      ? ", an index of shards; give the folder that it is in"
                      : ""));
    };
  }

  private static boolean isCheckpoint(FileKind kind) {
    return kind == FileKind.PYTORCH || kind == FileKind.TAR;
  }

  /** Whether it says which file of a folder has which tensor, as far as its start tells. */
  private static boolean isIndex(Path path, FileKind kind) throws IOException {
    return kind == FileKind.JSON
        && new String(start(path), StandardCharsets.UTF_8).contains("\"weight_map\"");
  }

  /**
   * What a file is, by its first bytes and, where it is compressed, by what is in it.
   *
   * @throws IOException if it cannot be read
   */
  public static FileKind kind(Path path) throws IOException {
    byte[] start = start(path);
    return switch (FileKind.of(start)) {
      case ZIP -> inZip(path);
      case GZIP -> inGzip(start);
      case FileKind other -> other;
    };
  }

  private static byte[] start(Path path) throws IOException {
    try (MappedFile file = MappedFile.open(path)) {
      return file.bytes()
          .asSlice(0, Math.min(FileKind.START_BYTES, file.size()))
          .toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static FileKind inZip(Path path) throws FormatException {
    try (var zip = new ZipFile(path.toFile())) {
      List<String> names = zip.stream().map(entry -> entry.getName()).toList();
      if (names.stream().anyMatch(name -> name.endsWith("/data.pkl"))) {
        return FileKind.PYTORCH;
      }
      return names.stream().anyMatch(name -> name.endsWith(".npy")) || names.isEmpty()
          ? FileKind.NPZ
          : FileKind.ZIP;
    } catch (IOException | IllegalArgumentException e) {
      throw new FormatException(path, 0, "the zip archive is damaged: " + Text.message(e), e);
    }
  }

  /** An idx file may be compressed; nothing else may. */
  private static FileKind inGzip(byte[] start) {
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(start))) {
      return FileKind.of(gzip.readNBytes(4)) == FileKind.IDX ? FileKind.IDX : FileKind.GZIP;
    } catch (IOException _) {
      return FileKind.GZIP; // Damaged, which is no reason to call it something else.
    }
  }

  static TensorFile safetensors(Path path) throws IOException {
    SafetensorsFile file = SafetensorsFile.openAll(path);
    if (!PackedModelFile.isPacked(file.metadata())) {
      return new OpenTensors(
          path, FileKind.SAFETENSORS, file.metadata(), file.stored(), file::close);
    }
    file.close();
    return packed(path);
  }

  private static TensorFile packed(Path path) throws IOException {
    PackedModelFile file = PackedModelFile.open(path);
    var tensors = new ArrayList<StoredTensor>();
    file.model().ternary().forEach((name, t) -> tensors.add(StoredTensor.of(name, t)));
    file.model().plain().forEach((name, t) -> tensors.add(StoredTensor.of(name, t)));
    tensors.addAll(file.others());
    return new OpenTensors(path, FileKind.PACKED, file.metadata(), tensors, file::close);
  }

  private static TensorFile gguf(Path path) throws IOException {
    GgufFile file = GgufFile.open(path);
    return new OpenTensors(
        path, FileKind.GGUF, file.metadata(), file.stored(), file::close, file.notes());
  }

  private static TensorFile npy(Path path) throws IOException {
    NpyFile file = NpyFile.openAny(path);
    return of(path, FileKind.NPY, List.of(file.stored(ARRAY)), file::close);
  }

  private static TensorFile checkpoint(Path path, Optional<String> key) throws IOException {
    PyTorchCheckpoint file = PyTorchCheckpoint.open(path);
    boolean opened = false;
    try {
      StateDict found = key.isPresent() ? file.tensors(key.get()) : file.tensors();
      opened = true;
      return new OpenTensors(
          path, FileKind.PYTORCH, Map.of(), found.tensors(), file::close, found.notes());
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private static TensorFile of(
      Path path, FileKind kind, Collection<StoredTensor> tensors, Runnable closing) {
    return new OpenTensors(path, kind, Map.of(), tensors, closing);
  }
}
