package dev.ternary.formats.pytorch;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
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
 * <p>Tensors of element types that {@link dev.ternary.tensor.DType} lacks (complex, 8-bit floats,
 * unsigned integers) can be listed and copied. Not supported, and refused: big-endian files,
 * quantized and sparse tensors, negative strides, whole modules.
 *
 * <p>Of a TorchScript archive the attributes of its modules are read, as nested dicts, and none of
 * its code; {@link TorchScriptArchive} reads that.
 */
public final class PyTorchCheckpoint implements AutoCloseable {

  /** Copies of views may take so much however small the file is: expanded buffers are. */
  private static final long LEAST_COPY_LIMIT = 64 << 20;

  private final MappedFile file;
  private final Arena copies;
  private final Saved content;
  private volatile boolean closed;

  private PyTorchCheckpoint(MappedFile file, Arena copies, Saved content) {
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
      Saved content = read(new FileBytes(path, file.bytes()), copies);
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
  static Saved read(FileBytes file, Arena copies) throws FormatException {
    return read(file, source(file), copies, false);
  }

  /**
   * Gives the tensors of a pickle their memory.
   *
   * @param modules whether modules of TorchScript become {@link ScriptModule}s, and not maps
   */
  static Saved read(FileBytes file, Source source, Arena copies, boolean modules)
      throws FormatException {
    long copyLimit = Math.max(LEAST_COPY_LIMIT, Math.multiplyExact(4L, file.size()));
    var views = new TensorViews(file.path(), source.storages(), copies, copyLimit);
    return new Saved(
        new PlainValues(file.path(), views, modules).of(source.root()), source.rootAt());
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
          TEXT,
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
   * <tr><td>list, tuple, set, torch.Size</td><td>{@link List}; a complex number is one of two
   * </td></tr>
   * <tr><td>Tensor, Parameter, Buffer</td><td>{@link Tensor}, or a {@link StoredTensor} without a
   * name where the element type is not supported</td></tr>
   * <tr><td>str</td><td>{@link String}</td></tr>
   * <tr><td>int</td><td>{@link Long}, or {@link java.math.BigInteger} beyond 64 bits</td></tr>
   * <tr><td>float</td><td>{@link Double}</td></tr>
   * <tr><td>bool</td><td>{@link Boolean}</td></tr>
   * <tr><td>None</td><td>{@link Optional#empty()}</td></tr>
   * <tr><td>bytes, bytearray</td><td>a read-only {@link java.nio.ByteBuffer}</td></tr>
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
   * The weights by name, in the order of the file: the dict under {@code state_dict}, {@code
   * model_state_dict}, {@code model}, {@code params_ema}, {@code params} or {@code net}, the first
   * that has tensors, or else the root without the state of an optimizer. Tensors in inner dicts
   * and lists have names with dots; what is no tensor is left out.
   *
   * @throws FormatException if there are no tensors; the message says what there is
   */
  public StateDict tensors() throws FormatException {
    requireOpen();
    return StateDict.find(path(), content);
  }

  /**
   * The tensors of one part.
   *
   * @param key a key of the root, or a path of keys with dots between them
   * @throws IllegalArgumentException if there are no tensors; the message says what there is
   */
  public StateDict tensors(String key) throws FormatException {
    requireOpen();
    return StateDict.under(path(), content, key);
  }

  /**
   * The weights by name, as {@link #tensors()} finds them.
   *
   * @throws FormatException if there are none, or one is of an element type that is not supported;
   *     the message names it
   */
  public Map<String, Tensor> stateDict() throws FormatException {
    var named = new LinkedHashMap<String, Tensor>();
    for (StoredTensor tensor : tensors().tensors()) {
      named.put(tensor.name(), tensor.toTensor());
    }
    return Collections.unmodifiableMap(named);
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
