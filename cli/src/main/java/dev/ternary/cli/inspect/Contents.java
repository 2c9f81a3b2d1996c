package dev.ternary.cli.inspect;

import dev.ternary.formats.idx.IdxFile;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.npy.NpzFile;
import dev.ternary.formats.packed.PackedModel;
import dev.ternary.formats.packed.PackedModelFile;
import dev.ternary.formats.pytorch.PyTorchCheckpoint;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.packed.TritCounts;
import dev.ternary.report.Numbers;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What is in a file, as far as it is shown.
 *
 * @param kind what the file is, for people
 * @param entries its tensors, in the order of the file
 * @param metadata free text of the file, by key
 */
record Contents(String kind, List<Entry> entries, Map<String, String> metadata) {

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

    static Entry of(String name, Tensor tensor) {
      return new Entry(
          name,
          tensor.dtype().toString(),
          tensor.shape(),
          tensor.shape().elements(),
          tensor.data().byteSize(),
          false,
          "");
    }

    static Entry of(String name, TernaryTensor tensor) {
      TritCounts counts = tensor.matrix().counts();
      double total = Math.max(1, counts.total());
      return new Entry(
          name,
          "ternary " + tensor.matrix().packing().id(),
          tensor.shape(),
          counts.total(),
          tensor.matrix().packedBytes(),
          true,
          "-1 "
              + Numbers.percent(counts.negatives() / total)
              + ", 0 "
              + Numbers.percent(counts.zeroShare())
              + ", +1 "
              + Numbers.percent(counts.positives() / total)
              + ", "
              + tensor.matrix().scales());
    }
  }

  private static final List<String> CHECKPOINTS = List.of(".pt", ".pth", ".th", ".bin");

  /** Reads a file of the kind that its name tells. */
  static Contents read(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    if (name.endsWith(".npz")) {
      return ofTensors("NumPy archive", NpzFile.read(file));
    }
    if (name.endsWith(".npy")) {
      try (NpyFile opened = NpyFile.open(file)) {
        return ofTensors("NumPy array", Map.of("array", opened.tensor()));
      }
    }
    if (name.contains("-ubyte") || name.endsWith(".idx") || name.endsWith(".idx.gz")) {
      return ofTensors("idx array", Map.of("array", IdxFile.read(file)));
    }
    if (CHECKPOINTS.stream().anyMatch(name::endsWith)) {
      try (PyTorchCheckpoint opened = PyTorchCheckpoint.open(file)) {
        return ofTensors("PyTorch checkpoint", opened.stateDict());
      }
    }
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      if (!PackedModelFile.isPacked(opened.metadata())) {
        var contents = ofTensors("safetensors", opened.tensors());
        return new Contents(contents.kind(), contents.entries(), opened.metadata());
      }
      return packed(file, opened.metadata());
    }
  }

  private static Contents packed(Path file, Map<String, String> metadata) throws IOException {
    try (PackedModelFile opened = PackedModelFile.open(file)) {
      PackedModel model = opened.model();
      var entries = new ArrayList<Entry>();
      model.ternary().forEach((name, tensor) -> entries.add(Entry.of(name, tensor)));
      model.plain().forEach((name, tensor) -> entries.add(Entry.of(name, tensor)));
      return new Contents("packed ternary model", entries, metadata);
    }
  }

  private static Contents ofTensors(String kind, Map<String, Tensor> tensors) {
    var entries = new ArrayList<Entry>();
    tensors.forEach((name, tensor) -> entries.add(Entry.of(name, tensor)));
    return new Contents(kind, entries, Map.of());
  }

  /** One line on the whole. */
  String summary() {
    long elements = entries.stream().mapToLong(Entry::weights).sum();
    long bytes = entries.stream().mapToLong(Entry::bytes).sum();
    String all =
        entries.size()
            + (entries.size() == 1 ? " tensor, " : " tensors, ")
            + Numbers.count(elements)
            + " elements, "
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
