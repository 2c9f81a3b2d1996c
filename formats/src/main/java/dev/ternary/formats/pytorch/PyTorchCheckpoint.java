package dev.ternary.formats.pytorch;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file that {@code torch.save} wrote ({@code .pt}, {@code .pth}, {@code .bin}, {@code .th}),
 * mapped into memory: the zip format of PyTorch 1.6 and later, the older one, and the tar archives
 * of 0.1. Nothing in the file is run. A pickle in it may build tensors and plain containers; any
 * other global is refused by name.
 *
 * <p>Tensors are views of the mapping, or where they are not contiguous, copies in memory of this
 * object. Both live until {@link #close}. Tensors that shared a storage share memory here. Safe to
 * share between threads. What a tensor holds is not judged: NaN stays NaN. The checksums of zip
 * records are not compared, because PyTorch may leave them out.
 *
 * <p>Not supported, and refused: big-endian files, quantized, complex, sparse and 8-bit float
 * tensors, negative or overlapping strides (as {@code expand} makes), whole modules, TorchScript.
 */
public final class PyTorchCheckpoint implements AutoCloseable {

  /** Where training programs put the weights, by how often they do. */
  private static final List<String> STATE_DICT_KEYS =
      List.of("state_dict", "model_state_dict", "model");

  private final MappedFile file;
  private final Arena copies;
  private final Content content;
  private volatile boolean closed;

  /**
   * What was saved.
   *
   * @param rootAt offset in the file of its pickle
   */
  record Content(Object root, long rootAt) {}

  private PyTorchCheckpoint(MappedFile file, Arena copies, Content content) {
    this.file = file;
    this.copies = copies;
    this.content = content;
  }

  /**
   * Maps a file, reads its pickle and checks all of its tensors.
   *
   * @throws FormatException if it is no valid checkpoint, or has anything in it that is not
   *     supported; the message names it
   * @throws IOException if the file cannot be read
   */
  @SuppressWarnings("MustBeClosedChecker") // closed by close(), or here where reading fails
  public static PyTorchCheckpoint open(Path path) throws IOException {
    MappedFile file = MappedFile.open(path);
    Arena copies = Arena.ofShared();
    boolean opened = false;
    try {
      Content content = read(new FileBytes(path, file.bytes()), copies);
      var checkpoint = new PyTorchCheckpoint(file, copies, content);
      opened = true;
      return checkpoint;
    } finally {
      if (!opened) {
        copies.close();
        file.close();
      }
    }
  }

  /** Reads a checkpoint that is in memory; copies of strided views belong to {@code copies}. */
  static Content read(FileBytes file, Arena copies) throws FormatException {
    Source source = source(file);
    long copyLimit = Math.multiplyExact(4L, file.size());
    var views = new TensorViews(file.path(), source.storages(), copies, copyLimit);
    return new Content(new PlainValues(file.path(), views).of(source.root()), source.rootAt());
  }

  private static Source source(FileBytes file) throws FormatException {
    byte[] start =
        file.bytes()
            .asSlice(0, Math.min(FileKind.START_BYTES, file.size()))
            .toArray(ValueLayout.JAVA_BYTE);
    FileKind kind = FileKind.of(start);
    return switch (kind) {
      case ZIP -> ZipSource.read(file);
      case TAR -> TarSource.read(file);
      case PYTORCH -> LegacySource.read(file);
      case SAFETENSORS,
          PACKED,
          HUGGINGFACE,
          NPY,
          NPZ,
          IDX,
          GZIP,
          GGUF,
          HDF5,
          TFLITE,
          ONNX,
          GIT_LFS,
          JPEG,
          PNG,
          PDF,
          HTML,
          JSON,
          EMPTY,
          UNKNOWN ->
          throw new FormatException(
              file.path(),
              0,
              "not a PyTorch checkpoint, which begins as a zip or tar archive or a pickle; found "
                  + kind.phrase());
    };
  }

  /** The file as it was named to {@link #open}. */
  public Path path() {
    return file.path();
  }

  /**
   * What was saved, as unmodifiable Java values:
   *
   * <table>
   * <caption>Python to Java</caption>
   * <tr><th>Python</th><th>Java</th></tr>
   * <tr><td>dict, OrderedDict</td><td>{@link Map} in the same order; keys are strings or numbers
   * </td></tr>
   * <tr><td>list, tuple, torch.Size</td><td>{@link List}</td></tr>
   * <tr><td>Tensor, Parameter</td><td>{@link Tensor}</td></tr>
   * <tr><td>str</td><td>{@link String}</td></tr>
   * <tr><td>int</td><td>{@link Long}, or {@link java.math.BigInteger} beyond 64 bits</td></tr>
   * <tr><td>float</td><td>{@link Double}</td></tr>
   * <tr><td>bool</td><td>{@link Boolean}</td></tr>
   * <tr><td>None</td><td>{@link Optional#empty()}</td></tr>
   * <tr><td>bytes</td><td>a read-only {@link java.nio.ByteBuffer}</td></tr>
   * <tr><td>torch.dtype, torch.device</td><td>their name, such as {@code torch.float16} and
   * {@code cuda:0}</td></tr>
   * </table>
   *
   * <p>Attributes of an OrderedDict, such as the {@code _metadata} of a state dict, are left out.
   */
  public Object root() {
    requireOpen();
    return content.root();
  }

  /**
   * The weights by name, in the order of the file: the root if it is a dict with a tensor in it, or
   * else the first such dict under {@code state_dict}, {@code model_state_dict} or {@code model}.
   * Entries that are no tensors are left out.
   *
   * @throws FormatException if there is no such dict; the message says what there is
   */
  public Map<String, Tensor> stateDict() throws FormatException {
    requireOpen();
    Object root = content.root();
    if (root instanceof Map<?, ?> map) {
      Map<String, Tensor> atRoot = tensors(map);
      if (!atRoot.isEmpty()) {
        return atRoot;
      }
      for (String key : STATE_DICT_KEYS) {
        if (map.get(key) instanceof Map<?, ?> inner && !tensors(inner).isEmpty()) {
          return tensors(inner);
        }
      }
    }
    throw new FormatException(
        path(),
        content.rootAt(),
        "no tensors by name at the root or under one of "
            + STATE_DICT_KEYS
            + "; the root is "
            + RootSummary.of(root));
  }

  /**
   * The weights as {@link #stateDict()} gives them, without {@code prefix} where all names begin
   * with it. {@code DataParallel} puts {@code module.} before each name, {@code torch.compile} puts
   * {@code _orig_mod.}.
   */
  public Map<String, Tensor> stateDict(String prefix) throws FormatException {
    Map<String, Tensor> named = stateDict();
    if (!named.keySet().stream().allMatch(name -> name.startsWith(prefix))) {
      return named;
    }
    var stripped = new LinkedHashMap<String, Tensor>();
    named.forEach((name, tensor) -> stripped.put(name.substring(prefix.length()), tensor));
    return Collections.unmodifiableMap(stripped);
  }

  private static Map<String, Tensor> tensors(Map<?, ?> map) {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (entry.getKey() instanceof String name && entry.getValue() instanceof Tensor tensor) {
        tensors.put(name, tensor);
      }
    }
    return Collections.unmodifiableMap(tensors);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(file.path() + " is closed");
    }
  }

  /** Unmaps the file; its tensors cannot be read any more. Does nothing when called again. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      copies.close();
      file.close();
    }
  }
}
