package dev.ternary.cli.quantize;

import dev.ternary.cli.convert.Copies;
import dev.ternary.cli.terminal.ProgressBar;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.packed.PackedModelWriter;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.quant.Quantized;
import dev.ternary.quant.Quantizer;
import dev.ternary.report.Numbers;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.NamePattern;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes weights ternary whose network is not known.
 *
 * @param terminal where progress and warnings go
 * @param quantizer what makes them ternary
 * @param skip names of tensors that stay as they are
 */
record WeightsQuantization(Terminal terminal, Quantizer quantizer, List<NamePattern> skip) {

  /** As many as an array holds. */
  private static final long MOST_WEIGHTS = Integer.MAX_VALUE - 8L;

  /**
   * What was written.
   *
   * @param reports of the tensors that became ternary
   * @param copied how many did not
   */
  record Written(List<QuantizationReport> reports, int copied) {}

  /**
   * Writes all tensors of a file.
   *
   * @throws IllegalArgumentException if none can become ternary, or one is too large or in the way
   * @throws IOException if a file cannot be read or written
   */
  Written write(TensorFile file, Path out, IfExists ifExists) throws IOException {
    var layouts = new LinkedHashMap<String, PackedModelWriter.Layout>();
    var copied = new LinkedHashMap<String, SafetensorsWriter.Entry>();
    plan(file, layouts, copied);
    if (layouts.isEmpty()) {
      throw new IllegalArgumentException(
          file.path() + " has no floating-point tensor of rank 2 or more to quantize");
    }
    requireFreeNames(layouts.keySet(), file.names());
    warnOfPacked(file);
    Map<String, String> texts = file.kind() == FileKind.SAFETENSORS ? file.metadata() : Map.of();
    try (PackedModelWriter to = PackedModelWriter.create(out, layouts, copied, texts, ifExists)) {
      List<QuantizationReport> reports = write(file, layouts.keySet(), copied, to);
      to.finish();
      return new Written(reports, copied.size());
    }
  }

  /** The trits and scales of a weight that is ternary already, as GGUF files have them. */
  private Optional<TernaryTensor> kept(StoredTensor tensor) throws FormatException {
    return tensor.toTernary().map(ternary -> ternary.repack(quantizer.packing()));
  }

  private PackedModelWriter.Layout layout(StoredTensor tensor) {
    return new PackedModelWriter.Layout(
        tensor.shape(), quantizer.packing(), quantizer.granularity());
  }

  /** Which tensors become ternary, and which are copied as they are. */
  private void plan(
      TensorFile file,
      Map<String, PackedModelWriter.Layout> layouts,
      Map<String, SafetensorsWriter.Entry> copied)
      throws FormatException {
    for (String name : file.names()) {
      StoredTensor tensor = file.tensor(name);
      boolean take =
          tensor.decoded().filter(DType::isFloating).isPresent()
              && tensor.shape().rank() >= 2
              && tensor.shape().elements() > 0
              && skip.stream().noneMatch(pattern -> pattern.matches(name));
      if (take && tensor.shape().elements() > MOST_WEIGHTS) {
        throw new IllegalArgumentException(
            "tensor '"
                + name
                + "' has "
                + tensor.shape().elements()
                + " weights, more than the "
                + MOST_WEIGHTS
                + " of one tensor that are quantized; leave it as it is: --skip '"
                + name
                + "'");
      }
      if (take) {
        Optional<TernaryTensor> kept = kept(tensor);
        layouts.put(
            name, kept.isPresent() ? PackedModelWriter.Layout.of(kept.get()) : layout(tensor));
      } else if (Copies.canHold(file.kind(), tensor)) {
        copied.put(name, Copies.entry(tensor));
      } else {
        terminal.warn(Copies.leftOut(tensor));
      }
    }
  }

  /** Takes one tensor after the other, so that no more than one is in memory. */
  private List<QuantizationReport> write(
      TensorFile file,
      Set<String> ternary,
      Map<String, SafetensorsWriter.Entry> copied,
      PackedModelWriter to)
      throws IOException {
    var reports = new ArrayList<QuantizationReport>();
    long total = file.names().stream().mapToLong(n -> file.tensor(n).bytes().byteSize()).sum();
    long done = 0;
    int keptCount = 0;
    try (ProgressBar bar = terminal.progress("quantize", total)) {
      for (String name : file.names()) {
        StoredTensor tensor = file.tensor(name);
        if (ternary.contains(name)) {
          Optional<TernaryTensor> kept = kept(tensor);
          if (kept.isPresent()) {
            to.write(name, kept.get());
            keptCount++;
          } else {
            Quantized result = quantizer.quantize(name, tensor.toTensor());
            to.write(name, result.weights());
            reports.add(result.report());
          }
        } else if (copied.containsKey(name)) {
          to.write(name, Copies.bytes(tensor));
          Copies.unload(tensor.bytes());
        }
        done += tensor.bytes().byteSize();
        bar.at(done, name);
      }
    }
    if (keptCount > 0) {
      terminal.line(
          Numbers.many(keptCount, "tensor")
              + " ternary already, with trits and scales as they were");
    }
    return reports;
  }

  /** The scales of a weight get a name of their own, which must not be taken. */
  private static void requireFreeNames(Set<String> ternary, List<String> names) {
    for (String name : ternary) {
      if (names.contains(name + ".scale")) {
        throw new IllegalArgumentException(
            "the scales of '"
                + name
                + "' would be called '"
                + name
                + ".scale', which the file has already; leave the weight as it is: --skip '"
                + name
                + "'");
      }
    }
  }

  /** Weights as other programs pack them are bytes here, and their embeddings floats. */
  private void warnOfPacked(TensorFile file) {
    List<String> names = file.names();
    names.stream()
        .filter(name -> names.contains(name + "_scale"))
        .filter(name -> file.tensor(name).dtype().filter(DType.U8::equals).isPresent())
        .findFirst()
        .ifPresent(name ->
            terminal.warn(
                "warning: '"
                    + name
                    + "' is U8 and has a '"
                    + name
                    + "_scale': the file seems to be quantized already; such weights are copied"));
  }
}
