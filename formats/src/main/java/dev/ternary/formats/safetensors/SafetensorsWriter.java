package dev.ternary.formats.safetensors;

import dev.ternary.formats.AtomicFile;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.file.Segments;
import dev.ternary.formats.json.JsonWriter;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes safetensors files. The same tensors and metadata give the same bytes, and where the
 * metadata has one key at most, those of the reference implementation: wide element types first,
 * then by name, so that every tensor is aligned.
 */
public final class SafetensorsWriter {

  /** Element types in the order of the reference, which writes the last first. */
  private static final List<DType> ORDER =
      List.of(
          DType.BOOL,
          DType.U8,
          DType.I8,
          DType.I16,
          DType.F16,
          DType.BF16,
          DType.I32,
          DType.F32,
          DType.F64,
          DType.I64);

  private SafetensorsWriter() {}

  /**
   * Writes a file whole or not at all.
   *
   * @param path the file
   * @param tensors the tensors by name
   * @param metadata texts to put under {@code __metadata__}; {@code format: pt} is added where no
   *     {@code format} is given, because readers refuse files without it
   * @param ifExists what to do when the file exists
   * @throws IllegalArgumentException if a tensor is called {@code __metadata__} or the header would
   *     be larger than the format allows
   * @throws IOException if the file cannot be written; the message says why
   */
  public static void write(
      Path path, Map<String, Tensor> tensors, Map<String, String> metadata, IfExists ifExists)
      throws IOException {
    if (tensors.containsKey(SafetensorsHeader.METADATA)) {
      throw new IllegalArgumentException(
          "a tensor must not be called " + SafetensorsHeader.METADATA);
    }
    var texts = new TreeMap<String, String>(metadata);
    texts.putIfAbsent("format", "pt");
    List<Map.Entry<String, Tensor>> sorted =
        tensors.entrySet().stream()
            .sorted(
                Comparator.comparingInt(
                        (Map.Entry<String, Tensor> e) -> -ORDER.indexOf(e.getValue().dtype()))
                    .thenComparing(Map.Entry::getKey))
            .toList();
    ByteBuffer header = header(sorted, texts);
    AtomicFile.write(
        path,
        ifExists,
        out -> {
          Segments.write(header, out);
          for (var entry : sorted) {
            Segments.write(entry.getValue().data(), out);
          }
        });
  }

  private static ByteBuffer header(
      List<Map.Entry<String, Tensor>> tensors, Map<String, String> metadata) {
    JsonWriter to = JsonWriter.compact().object().object(SafetensorsHeader.METADATA);
    metadata.forEach(to::put);
    to.end();
    long at = 0;
    for (var entry : tensors) {
      Tensor tensor = entry.getValue();
      long end = Math.addExact(at, tensor.data().byteSize());
      to.object(entry.getKey())
          .put("dtype", tensor.dtype().name())
          .put("shape", tensor.shape().toArray())
          .put("data_offsets", at, end)
          .end();
      at = end;
    }
    byte[] json = to.end().toString().getBytes(StandardCharsets.UTF_8);
    int length = Math.ceilDiv(json.length, 8) * 8;
    if (length > SafetensorsHeader.MAX_BYTES) {
      throw new IllegalArgumentException(
          "the header takes "
              + length
              + " bytes, more than the format's "
              + SafetensorsHeader.MAX_BYTES);
    }
    ByteBuffer header = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(length).put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }
}
