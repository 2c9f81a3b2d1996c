package dev.ternary.cli.inspect;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.packed.PackedModelFile;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.packed.TritCounts;
import dev.ternary.report.Numbers;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is in a file, as far as it is shown.
 *
 * @param kind what the file is, for people
 * @param entries its tensors, in the order of the file
 * @param metadata free text of the file, by key
 * @param notes what a person should know of how it was read
 */
record Contents(
    String kind, List<Entry> entries, Map<String, String> metadata, List<String> notes) {

  /**
   * One tensor.
   *
   * @param weights elements
   * @param bytes what it takes in the file
   * @param detail what its values are like; may be empty
   */
  record Entry(
      String name,
      String type,
      Shape shape,
      long weights,
      long bytes,
      boolean ternary,
      String detail) {

    static Entry of(StoredTensor tensor) {
      try {
        return tensor
            .toTernary()
            .map(ternary -> of(tensor, ternary))
            .orElseGet(() -> plain(tensor, ""));
      } catch (FormatException e) {
        return plain(tensor, "damaged: " + e.reason());
      }
    }

    private static Entry plain(StoredTensor tensor, String detail) {
      return new Entry(
          tensor.name(),
          tensor.encoding(),
          tensor.shape(),
          tensor.shape().elements(),
          tensor.bytes().byteSize(),
          false,
          detail);
    }

    /** Our packed file has the scales beside the codes; others have them among them. */
    private static long scaleBytes(StoredTensor stored, TernaryTensor tensor) {
      return stored instanceof StoredTensor.Ternary
          ? tensor.matrix().packedBytes() - tensor.matrix().codes().byteSize()
          : 0;
    }

    private static Entry of(StoredTensor stored, TernaryTensor tensor) {
      TritCounts counts = tensor.matrix().counts();
      Scales scales = tensor.matrix().scales();
      double total = Math.max(1, counts.total());
      return new Entry(
          stored.name(),
          stored.encoding(),
          tensor.shape(),
          counts.total(),
          stored.bytes().byteSize() + scaleBytes(stored, tensor),
          true,
          "-1 "
              + Numbers.percent(counts.negatives() / total)
              + ", 0 "
              + Numbers.percent(counts.zeroShare())
              + ", +1 "
              + Numbers.percent(counts.positives() / total)
              + ", "
              + Numbers.many(scales.count(), "scale")
              + (scales.granularity().equals(Granularity.row()) ? "" : " " + scales.granularity()));
    }
  }

  /** Reads a file of any kind, or the part {@code key} of a checkpoint. */
  static Contents read(Path path, Optional<String> key) throws IOException {
    try (TensorFile file = TensorFiles.open(path, key)) {
      List<Entry> entries = file.names().stream().map(name -> Entry.of(file.tensor(name))).toList();
      return new Contents(kind(file, entries), entries, file.metadata(), file.notes());
    }
  }

  /** A file of our format may hold a network without one trit. */
  private static String kind(TensorFile file, List<Entry> entries) {
    boolean ternary = entries.stream().anyMatch(Entry::ternary);
    boolean network = PackedModelFile.architecture(file.metadata()).isPresent();
    return network && !ternary ? "float model with architecture" : file.kind().title();
  }

  /** One line on the whole. */
  String summary() {
    long elements = entries.stream().mapToLong(Entry::weights).sum();
    long bytes = entries.stream().mapToLong(Entry::bytes).sum();
    String all =
        Numbers.many(entries.size(), "tensor")
            + ", "
            + Numbers.many(elements, "element")
            + ", "
            + Numbers.bytes(bytes);
    long trits = entries.stream().filter(Entry::ternary).mapToLong(Entry::weights).sum();
    if (trits == 0) {
      return all;
    }
    long packed = entries.stream().filter(Entry::ternary).mapToLong(Entry::bytes).sum();
    return all
        + "; "
        + Numbers.count(trits)
        + " ternary weights, "
        + Numbers.fixed(8.0 * packed / trits, 2)
        + " bits each with their scales";
  }
}
