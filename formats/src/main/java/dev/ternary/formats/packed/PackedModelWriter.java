package dev.ternary.formats.packed;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes packed models; the layout is described in {@code docs/formats/packed-safetensors.md}. */
public final class PackedModelWriter {

  private PackedModelWriter() {}

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
    texts.put(PackedMetadata.VERSION, PackedMetadata.VERSION_1);
    texts.put(PackedMetadata.TENSORS, PackedMetadata.write(model.ternary()));
    model.architecture().ifPresent(json -> texts.put(PackedMetadata.ARCHITECTURE, json));
    var tensors = new LinkedHashMap<String, Tensor>(model.plain());
    model
        .ternary()
        .forEach((name, tensor) -> {
          TernaryMatrix matrix = tensor.matrix();
          Shape codes = Shape.of(matrix.rows(), matrix.rowBytes());
          tensors.put(name, new Tensor(DType.U8, codes, matrix.codes()));
          tensors.put(name + PackedModel.SCALE, scales(matrix));
        });
    SafetensorsWriter.write(path, tensors, texts, ifExists);
  }

  private static Tensor scales(TernaryMatrix matrix) {
    Shape shape =
        PackedModelFile.scaleShape(matrix.scales().granularity(), matrix.rows(), matrix.cols());
    return Tensor.of(shape, matrix.scales().toArray());
  }
}
