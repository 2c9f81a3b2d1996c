package dev.ternary.formats.packed;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.json.JsonReader;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads what a packed model says of its tensors in the metadata of its safetensors file. */
final class PackedMetadata {

  private PackedMetadata() {}

  /** Reads the layouts; errors have the offset 8 of the header, in which the metadata lies. */
  static Map<String, PackedModelWriter.Layout> read(Path path, String json) throws IOException {
    var layouts = new LinkedHashMap<String, PackedModelWriter.Layout>();
    try (var in =
        new JsonReader(path, 8, PackedModelWriter.TENSORS, json.getBytes(StandardCharsets.UTF_8))) {
      in.startObject(PackedModelWriter.TENSORS);
      while (in.nextField()) {
        String name = in.fieldName();
        layouts.put(name, readLayout(path, in, PackedModelWriter.TENSORS + " " + Text.quote(name)));
      }
      in.end();
    } catch (FormatException e) {
      throw new FormatException(path, 8, e.reason(), e);
    }
    return layouts;
  }

  private static PackedModelWriter.Layout readLayout(Path path, JsonReader in, String subject)
      throws FormatException {
    in.startObject(subject);
    Optional<long[]> shape = Optional.empty();
    Optional<String> packing = Optional.empty();
    Optional<String> granularity = Optional.empty();
    while (in.nextField()) {
      switch (in.fieldName()) {
        case "shape" -> shape = Optional.of(in.sizes("shape of " + subject));
        case "packing" -> packing = Optional.of(in.string("packing of " + subject));
        case "granularity" -> granularity = Optional.of(in.string("granularity of " + subject));
        default -> in.skip(); // A later minor addition does not make the weight unreadable.
      }
    }
    if (shape.isEmpty() || packing.isEmpty() || granularity.isEmpty()) {
      throw in.error(subject + " needs shape, packing and granularity");
    }
    try {
      Shape dims = Shape.of(shape.get());
      if (dims.rank() < 2
          || dims.dim(0) > Integer.MAX_VALUE
          || TernaryTensor.cols(dims) > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("shape " + dims + " is no weight's");
      }
      return new PackedModelWriter.Layout(
          dims, Packing.ofId(packing.get()), Granularity.parse(granularity.get()));
    } catch (IllegalArgumentException e) {
      throw new FormatException(path, 8, subject + ": " + e.getMessage(), e);
    }
  }
}
