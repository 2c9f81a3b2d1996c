package dev.ternary.formats.gguf;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.file.MappedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A GGUF file of version 2 or 3, mapped into memory, or all parts of one that was split. Its
 * tensors are views of the mapping, which this object owns: they must not be used after {@link
 * #close}. Safe to share between threads.
 *
 * <p>Shapes are in the order of all other formats here, {@code [out, in]} for a matrix, which is
 * the reverse of ggml's.
 */
public final class GgufFile implements AutoCloseable {

  private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

  private final List<MappedFile> parts;
  private final GgufHeader first;
  private final List<StoredTensor> stored;
  private final List<String> notes;

  private GgufFile(
      List<MappedFile> parts, GgufHeader first, List<StoredTensor> stored, List<String> notes) {
    this.parts = List.copyOf(parts);
    this.first = first;
    this.stored = List.copyOf(stored);
    this.notes = List.copyOf(notes);
  }

  /**
   * Maps a file and checks its whole header. Of a split file any part may be named; the others must
   * lie beside it.
   *
   * @throws FormatException if it is no valid GGUF file
   * @throws IOException if it cannot be read, or a part is missing
   */
  public static GgufFile open(Path path) throws IOException {
    List<MappedFile> parts = new ArrayList<>();
    boolean opened = false;
    try {
      var reading = new GgufReading();
      for (Path part : parts(path)) {
        MappedFile file = MappedFile.open(part);
        parts.add(file);
        reading.add(file);
      }
      reading.finish(parts.getFirst(), parts.size());
      var result = new GgufFile(parts, reading.first(), reading.tensors(), reading.notes());
      opened = true;
      return result;
    } finally {
      if (!opened) {
        parts.forEach(MappedFile::close);
      }
    }
  }

  /** All parts of the file that a part's name tells of; the file alone where it is no part. */
  private static List<Path> parts(Path path) throws IOException {
    Path fileName = path.getFileName();
    Matcher name = PART.matcher(fileName == null ? "" : fileName.toString());
    if (!name.matches()) {
      return List.of(path);
    }
    int count = Integer.parseInt(name.group(3));
    int number = Integer.parseInt(name.group(2));
    if (number < 1 || number > count) {
      return List.of(path); // Some other way of counting.
    }
    List<Path> parts = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      Path part =
          path.resolveSibling(
              String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", name.group(1), i, count));
      if (!Files.exists(part)) {
        throw new IOException(
            "cannot read " + path + ": part " + i + " of " + count + ", " + part + ", is missing");
      }
      parts.add(part);
    }
    return parts;
  }

  /** The file as it was named, the first part of a split one. */
  public Path path() {
    return parts.getFirst().path();
  }

  /** The version of the format: 2 or 3. */
  public int version() {
    return first.version();
  }

  /** The values by key, in the file's order; unmodifiable. */
  public Map<String, GgufValue> values() {
    return first.values();
  }

  /** The values as texts, of long arrays how much there is; unmodifiable. */
  public Map<String, String> metadata() {
    var texts = new LinkedHashMap<String, String>();
    values().forEach((key, value) -> texts.put(key, value.toString()));
    return texts;
  }

  /** The value of a key. */
  public Optional<GgufValue> value(String key) {
    return Optional.ofNullable(values().get(key));
  }

  /** All tensors, in the order of the file; unmodifiable. */
  public List<StoredTensor> stored() {
    return stored;
  }

  /** What a person should know of how the file was read. */
  public List<String> notes() {
    return notes;
  }

  /** Unmaps the file; its tensors cannot be read any more. Does nothing when called again. */
  @Override
  public void close() {
    parts.forEach(MappedFile::close);
  }
}
