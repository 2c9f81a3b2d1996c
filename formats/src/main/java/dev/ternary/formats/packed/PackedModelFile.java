package dev.ternary.formats.packed;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.formats.safetensors.SafetensorsHeader;
import dev.ternary.packed.InvalidCodeException;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A packed model, mapped into memory; the layout is described in {@code
 * docs/formats/packed-safetensors.md}. The model's tensors are views of the mapping, which this
 * object owns: they must not be used after {@link #close}. Safe to share between threads.
 *
 * <p>{@link #open} reads and checks every packed byte. If another process shortens the file while
 * it is open, reading a tensor throws {@link InternalError}; if one changes it, the codes may no
 * longer be valid.
 */
public final class PackedModelFile implements AutoCloseable {

  private final SafetensorsFile file;
  private final PackedModel model;
  private volatile boolean closed;

  private PackedModelFile(SafetensorsFile file, PackedModel model) {
    this.file = file;
    this.model = model;
  }

  /** Whether metadata of a safetensors file is that of a packed model, of whatever version. */
  public static boolean isPacked(Map<String, String> metadata) {
    return metadata.containsKey(PackedModelWriter.VERSION);
  }

  /**
   * Whether a file is a packed model, of whatever version.
   *
   * @throws FormatException if it is no valid safetensors file
   * @throws IOException if it cannot be read
   */
  public static boolean isPacked(Path path) throws IOException {
    return isPacked(SafetensorsHeader.read(path).metadata());
  }

  /** How the layers are put together, of the metadata of a packed model that says so. */
  public static Optional<String> architecture(Map<String, String> metadata) {
    return isPacked(metadata)
        ? Optional.ofNullable(metadata.get(PackedModelWriter.ARCHITECTURE))
        : Optional.empty();
  }

  /**
   * Maps a model and checks all of it.
   *
   * @throws FormatException if it is no packed model, or a damaged one
   * @throws IOException if it cannot be read
   */
  public static PackedModelFile open(Path path) throws IOException {
    SafetensorsFile file = SafetensorsFile.openAll(path);
    boolean opened = false;
    try {
      var model = new PackedModelFile(file, new Reader(file).model());
      opened = true;
      return model;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /** The model; not to be used after {@link #close}. */
  public PackedModel model() {
    if (closed) {
      throw new IllegalStateException(file.path() + " is closed");
    }
    return model;
  }

  /**
   * The tensors of the file that are neither ternary nor of an element type that is known, which
   * the model lacks, in the file's order.
   */
  public List<StoredTensor> others() {
    return file.stored().stream().filter(t -> !file.tensors().containsKey(t.name())).toList();
  }

  /** The file as it was named to {@link #open}. */
  public Path path() {
    return file.path();
  }

  /** All texts of the file's metadata, those of the packed format among them; unmodifiable. */
  public Map<String, String> metadata() {
    return file.metadata();
  }

  /** Unmaps the file; its tensors cannot be read any more. Does nothing when called again. */
  @Override
  public void close() {
    closed = true;
    file.close();
  }

  /** Puts a model together from an open file. */
  private static final class Reader {

    private final SafetensorsFile file;
    private final Map<String, Tensor> left;
    private final Map<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();

    Reader(SafetensorsFile file) {
      this.file = file;
      this.left = new LinkedHashMap<>(file.tensors());
      file.header().entries().forEach(entry -> entries.put(entry.name(), entry));
    }

    PackedModel model() throws IOException {
      var ternary = new LinkedHashMap<String, TernaryTensor>();
      for (var entry : PackedMetadata.read(file.path(), layouts()).entrySet()) {
        ternary.put(entry.getKey(), tensor(entry.getKey(), entry.getValue()));
      }
      try {
        return new PackedModel(
            ternary,
            left,
            Optional.ofNullable(file.metadata().get(PackedModelWriter.ARCHITECTURE)));
      } catch (IllegalArgumentException e) {
        throw new FormatException(file.path(), 8, Text.message(e), e);
      }
    }

    private String layouts() throws FormatException {
      Map<String, String> metadata = file.metadata();
      String version = metadata.get(PackedModelWriter.VERSION);
      if (version == null) {
        throw new FormatException(
            file.path(),
            8,
            "this safetensors file is no packed ternary model: its metadata has no "
                + PackedModelWriter.VERSION
                + "; quantize it first");
      }
      if (!version.equals(PackedModelWriter.VERSION_1)) {
        throw new FormatException(
            file.path(),
            8,
            PackedModelWriter.VERSION
                + " is "
                + Text.quote(version)
                + ", expected '1'; a newer release of this program may read it");
      }
      String layouts = metadata.get(PackedModelWriter.TENSORS);
      if (layouts == null) {
        throw new FormatException(
            file.path(), 8, "the metadata has no " + PackedModelWriter.TENSORS);
      }
      return layouts;
    }

    private TernaryTensor tensor(String name, PackedModelWriter.Layout layout)
        throws FormatException {
      int rows = Math.toIntExact(layout.shape().dim(0));
      int cols = Math.toIntExact(TernaryTensor.cols(layout.shape()));
      long rowBytes = layout.packing().rowBytes(cols);
      Tensor codes = take(name, DType.U8, Shape.of(rows, rowBytes));
      String scaleName = name + PackedModel.SCALE;
      Tensor scales =
          take(
              scaleName, DType.F32, PackedModelWriter.scaleShape(layout.granularity(), rows, cols));
      try {
        var matrix =
            new TernaryMatrix(
                rows,
                cols,
                layout.packing(),
                codes.data(),
                Scales.of(layout.granularity(), scales.toFloatArray()));
        return new TernaryTensor(layout.shape(), matrix);
      } catch (InvalidCodeException e) {
        throw new FormatException(
            file.path(),
            offset(name) + e.offset(),
            "tensor " + Text.quote(name) + ": " + e.getMessage(),
            e);
      } catch (IllegalArgumentException e) {
        throw new FormatException(
            file.path(),
            offset(scaleName),
            "tensor " + Text.quote(scaleName) + ": " + e.getMessage(),
            e);
      }
    }

    /** The tensor of this name, type and shape, which then is no plain one. */
    private Tensor take(String name, DType dtype, Shape shape) throws FormatException {
      Tensor tensor = left.remove(name);
      if (tensor == null) {
        throw new FormatException(
            file.path(),
            8,
            PackedModelWriter.TENSORS
                + " needs a tensor "
                + Text.quote(name)
                + ", which is missing");
      }
      if (tensor.dtype() != dtype || !tensor.shape().equals(shape)) {
        throw new FormatException(
            file.path(),
            entry(name).headerOffset(),
            "tensor "
                + Text.quote(name)
                + " must be "
                + dtype
                + " "
                + shape
                + " for its packing, found "
                + tensor);
      }
      return tensor;
    }

    private long offset(String name) {
      return entry(name).offset();
    }

    private SafetensorsHeader.Entry entry(String name) {
      SafetensorsHeader.Entry entry = entries.get(name);
      if (entry == null) {
        throw new AssertionError("no entry of " + name);
      }
      return entry;
    }
  }
}
