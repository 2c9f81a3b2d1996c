package dev.ternary.formats.packed;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.json.JsonWriter;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Writes packed models, at once or tensor by tensor; the layout is described in {@code
 * docs/formats/packed-safetensors.md}. The same model gives the same bytes, in whatever order its
 * tensors are written.
 */
public final class PackedModelWriter implements AutoCloseable {

  static final String VERSION = "ternary.version";
  static final String TENSORS = "ternary.tensors";
  static final String ARCHITECTURE = "ternary.architecture";

  /** The one version there is. */
  static final String VERSION_1 = "1";

  /**
   * How one weight is packed.
   *
   * @param shape the weight's shape
   * @param packing how a row is packed
   * @param granularity which weights share a scale
   */
  public record Layout(Shape shape, Packing packing, Granularity granularity) {

    /** That of a tensor. */
    public static Layout of(TernaryTensor tensor) {
      return new Layout(
          tensor.shape(), tensor.matrix().packing(), tensor.matrix().scales().granularity());
    }

    private int rows() {
      return Math.toIntExact(shape.dim(0));
    }

    private int cols() {
      return Math.toIntExact(TernaryTensor.cols(shape));
    }
  }

  private final SafetensorsWriter out;
  private final Map<String, Layout> ternary;

  private PackedModelWriter(SafetensorsWriter out, Map<String, Layout> ternary) {
    this.out = out;
    this.ternary = ternary;
  }

  /**
   * Writes a model whole or not at all. The same model gives the same bytes.
   *
   * @throws IOException if the file cannot be written; the message says why
   */
  public static void write(Path path, PackedModel model, IfExists ifExists) throws IOException {
    write(path, model, Map.of(), ifExists);
  }

  /**
   * Writes a model with further texts in the metadata, such as where it came from.
   *
   * @throws IllegalArgumentException if a key of {@code metadata} starts with {@code ternary.}
   * @throws IOException if the file cannot be written; the message says why
   */
  public static void write(
      Path path, PackedModel model, Map<String, String> metadata, IfExists ifExists)
      throws IOException {
    var texts = new LinkedHashMap<String, String>(metadata);
    for (String key : metadata.keySet()) {
      if (key.startsWith("ternary.")) {
        throw new IllegalArgumentException("the metadata key '" + key + "' is the format's own");
      }
    }
    model.architecture().ifPresent(json -> texts.put(ARCHITECTURE, json));
    var layouts = new LinkedHashMap<String, Layout>();
    model.ternary().forEach((name, tensor) -> layouts.put(name, Layout.of(tensor)));
    var plain = new LinkedHashMap<String, SafetensorsWriter.Entry>();
    model
        .plain()
        .forEach((name, tensor) ->
            plain.put(name, SafetensorsWriter.Entry.of(tensor.dtype(), tensor.shape())));
    try (PackedModelWriter out = begin(path, layouts, plain, texts, ifExists)) {
      for (Map.Entry<String, TernaryTensor> tensor : model.ternary().entrySet()) {
        out.write(tensor.getKey(), tensor.getValue());
      }
      for (Map.Entry<String, Tensor> tensor : model.plain().entrySet()) {
        out.write(tensor.getKey(), tensor.getValue().data());
      }
      out.finish();
    }
  }

  /**
   * Begins a file whose tensors come one by one. It has its name once {@link #finish} returns;
   * closed before, it never was.
   *
   * @param ternary the layouts of all ternary weights by name
   * @param plain all other tensors by name
   * @param architecture how the layers are put together, as JSON
   * @throws IllegalArgumentException if two tensors have one name
   * @throws IOException if the file cannot be written; the message says why
   */
  public static PackedModelWriter create(
      Path path,
      Map<String, Layout> ternary,
      Map<String, SafetensorsWriter.Entry> plain,
      Optional<String> architecture,
      IfExists ifExists)
      throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    architecture.ifPresent(json -> texts.put(ARCHITECTURE, json));
    return begin(path, ternary, plain, texts, ifExists);
  }

  /**
   * As {@link #create(Path, Map, Map, Optional, IfExists)}, with texts for the metadata.
   *
   * @param metadata texts, such as those of the file that the weights come from; of those that
   *     start with {@code ternary.} only {@code ternary.architecture} is taken
   */
  public static PackedModelWriter create(
      Path path,
      Map<String, Layout> ternary,
      Map<String, SafetensorsWriter.Entry> plain,
      Map<String, String> metadata,
      IfExists ifExists)
      throws IOException {
    var texts = new LinkedHashMap<String, String>(metadata);
    texts.keySet().removeIf(key -> key.startsWith("ternary.") && !key.equals(ARCHITECTURE));
    return begin(path, ternary, plain, texts, ifExists);
  }

  private static PackedModelWriter begin(
      Path path,
      Map<String, Layout> ternary,
      Map<String, SafetensorsWriter.Entry> plain,
      Map<String, String> metadata,
      IfExists ifExists)
      throws IOException {
    var entries = new LinkedHashMap<String, SafetensorsWriter.Entry>(plain);
    for (Map.Entry<String, Layout> entry : ternary.entrySet()) {
      Layout layout = entry.getValue();
      int rows = layout.rows();
      int cols = layout.cols();
      Shape codes = Shape.of(rows, layout.packing().rowBytes(cols));
      Shape scales = scaleShape(layout.granularity(), rows, cols);
      put(entries, entry.getKey(), SafetensorsWriter.Entry.of(DType.U8, codes));
      put(
          entries,
          entry.getKey() + PackedModel.SCALE,
          SafetensorsWriter.Entry.of(DType.F32, scales));
    }
    var texts = new LinkedHashMap<String, String>(metadata);
    texts.put(VERSION, VERSION_1);
    texts.put(TENSORS, json(ternary));
    return new PackedModelWriter(
        SafetensorsWriter.create(path, entries, texts, ifExists), Map.copyOf(ternary));
  }

  /** The layouts as JSON. */
  private static String json(Map<String, Layout> layouts) {
    JsonWriter to = JsonWriter.compact().object();
    layouts.forEach((name, layout) ->
        to.object(name)
            .put("shape", layout.shape().toArray())
            .put("packing", layout.packing().id())
            .put("granularity", layout.granularity().toString())
            .end());
    return to.end().toString();
  }

  /** The shape in which scales are stored. */
  static Shape scaleShape(Granularity granularity, int rows, int cols) {
    return switch (granularity) {
      case Granularity.PerTensor() -> Shape.of(1);
      case Granularity.PerRow() -> Shape.of(rows);
      case Granularity.PerGroup _ -> Shape.of(rows, granularity.groupsPerRow(cols));
    };
  }

  private static void put(
      Map<String, SafetensorsWriter.Entry> entries, String name, SafetensorsWriter.Entry entry) {
    if (entries.put(name, entry) != null) {
      throw new IllegalArgumentException(
          "tensor " + Text.quote(name) + " is there twice: a weight, its scales or a plain tensor");
    }
  }

  /**
   * Writes a ternary weight, which must have the layout that was given for it.
   *
   * @throws IllegalArgumentException if it has another one, or was written already
   * @throws IOException if it cannot be written; the message says why
   */
  public void write(String name, TernaryTensor tensor) throws IOException {
    if (!Layout.of(tensor).equals(ternary.get(name))) {
      throw new IllegalArgumentException(
          "weight " + Text.quote(name) + " was to be " + ternary.get(name) + ", got " + tensor);
    }
    TernaryMatrix matrix = tensor.matrix();
    out.write(name, matrix.codes());
    float[] scales = matrix.scales().toArray();
    out.write(name + PackedModel.SCALE, Tensor.of(Shape.of(scales.length), scales).data());
  }

  /**
   * Writes the bytes of a plain tensor.
   *
   * @throws IllegalArgumentException if there is no such one, it was written already, or has
   *     another number of bytes
   * @throws IOException if they cannot be written; the message says why
   */
  public void write(String name, MemorySegment bytes) throws IOException {
    out.write(name, bytes);
  }

  /**
   * Gives the file its name.
   *
   * @throws IllegalStateException if a tensor is missing
   * @throws IOException if it cannot be done; the message says why
   */
  public void finish() throws IOException {
    out.finish();
  }

  /** Removes a file that was not finished. */
  @Override
  public void close() throws IOException {
    out.close();
  }
}
