package dev.ternary.cli.quantize;

import dev.ternary.cli.convert.Copies;
import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.cli.terminal.ProgressBar;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.FileKind;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.packed.PackedModelWriter;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.quant.Quantized;
import dev.ternary.quant.Quantizer;
import dev.ternary.quant.ThresholdRule;
import dev.ternary.report.Numbers;
import dev.ternary.tensor.NamePattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Quantizes the weights of a file. */
@Command(
    name = "quantize",
    description =
        "Makes the weights of a file ternary and packs them. Every floating-point tensor of rank 2"
            + " or more is taken, unless --skip names it; all others are copied.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: ternary quantize model.safetensors -o model.ternary.safetensors --method optimal"
          + " --granularity row --skip 'lm_head*'"
    })
public final class QuantizeCommand implements Callable<Integer> {

  private final Terminal terminal;

  @Parameters(
      paramLabel = "IN",
      description =
          "Float weights: safetensors, a PyTorch checkpoint, .npy, .npz, or a folder as HuggingFace"
              + " has it.")
  private Path in = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description = "Where to write the packed safetensors file.")
  private Path out = Path.of("");

  @Option(
      names = "--method",
      defaultValue = "absmean",
      description =
          "absolute[:T], absmean[:RATIO], twn[:RATIO] or optimal; default ${DEFAULT-VALUE}.")
  private ThresholdRule method = new ThresholdRule.Optimal();

  @Option(
      names = "--granularity",
      defaultValue = "row",
      description =
          "Which weights share a scale: tensor, row or group:COLS; default ${DEFAULT-VALUE}.")
  private Granularity granularity = Granularity.row();

  @Option(
      names = "--packing",
      defaultValue = "base243",
      description = "base243 (1.6 bits a weight) or 2bit; default ${DEFAULT-VALUE}.")
  private Packing packing = Packing.base243();

  @Option(
      names = "--skip",
      paramLabel = "PATTERN",
      description =
          "Names of tensors to leave in float; * stands for any text, ? for one character. May be"
              + " repeated.")
  private List<String> skip = List.of();

  @Mixin private CalibrateOptions calibrate = new CalibrateOptions();

  @Option(names = "--force", description = "Replace OUT if it exists.")
  private boolean force;

  /** A command that reports to {@code terminal}. */
  public QuantizeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    var quantizer = new Quantizer(method, granularity, packing);
    if (!Files.exists(in)) {
      throw new NoSuchFileException(in.toString());
    }
    var overwriting = new Overwriting(force);
    overwriting.check(out);
    List<NamePattern> patterns = skip.stream().map(NamePattern::new).toList();
    if (calibrate.given()) {
      calibrate.run(in, out, quantizer, patterns, overwriting, terminal);
      return 0;
    }
    try (TensorFile file = TensorFiles.open(in)) {
      if (file.kind() == FileKind.PACKED) {
        throw new IllegalArgumentException(in + " is in the packed model format already");
      }
      var layouts = new LinkedHashMap<String, PackedModelWriter.Layout>();
      var copied = new LinkedHashMap<String, SafetensorsWriter.Entry>();
      plan(file, patterns, layouts, copied);
      warnOfUnused(patterns, file.names());
      if (layouts.isEmpty()) {
        throw new IllegalArgumentException(
            in + " has no floating-point tensor of rank 2 or more to quantize");
      }
      List<QuantizationReport> reports;
      try (PackedModelWriter to =
          PackedModelWriter.create(
              out, layouts, copied, Optional.empty(), overwriting.ifExists())) {
        reports = write(file, quantizer, layouts.keySet(), copied, to);
        to.finish();
      }
      report(reports, copied.size());
    }
    return 0;
  }

  /** Which tensors become ternary, and which are copied as they are. */
  private void plan(
      TensorFile file,
      List<NamePattern> patterns,
      Map<String, PackedModelWriter.Layout> layouts,
      Map<String, SafetensorsWriter.Entry> copied) {
    for (String name : file.names()) {
      StoredTensor tensor = file.tensor(name);
      boolean take =
          tensor.dtype().isPresent()
              && tensor.dtype().get().isFloating()
              && tensor.shape().rank() >= 2
              && tensor.shape().elements() > 0
              && patterns.stream().noneMatch(pattern -> pattern.matches(name));
      if (take) {
        layouts.put(name, new PackedModelWriter.Layout(tensor.shape(), packing, granularity));
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
      Quantizer quantizer,
      Set<String> ternary,
      Map<String, SafetensorsWriter.Entry> copied,
      PackedModelWriter to)
      throws IOException {
    var reports = new ArrayList<QuantizationReport>();
    long total = file.names().stream().mapToLong(n -> file.tensor(n).bytes().byteSize()).sum();
    long done = 0;
    try (ProgressBar bar = terminal.progress("quantize", total)) {
      for (String name : file.names()) {
        StoredTensor tensor = file.tensor(name);
        if (ternary.contains(name)) {
          Quantized result = quantizer.quantize(name, tensor.toTensor());
          to.write(name, result.weights());
          reports.add(result.report());
        } else if (copied.containsKey(name)) {
          to.write(name, tensor.bytes());
          Copies.unload(tensor.bytes());
        }
        done += tensor.bytes().byteSize();
        bar.at(done, name);
      }
    }
    return reports;
  }

  private void warnOfUnused(List<NamePattern> patterns, List<String> names) {
    for (NamePattern pattern : patterns) {
      if (names.stream().noneMatch(pattern::matches)) {
        terminal.warn("warning: --skip " + pattern.text() + " matches no tensor");
      }
    }
  }

  private void report(List<QuantizationReport> reports, int copied) throws IOException {
    var rows = new ArrayList<List<String>>();
    for (QuantizationReport r : reports) {
      rows.add(
          List.of(
              r.name(),
              r.shape().toString(),
              Numbers.percent(r.counts().zeroShare()),
              Numbers.fixed(r.relativeSquaredError(), 4),
              Numbers.bytes(r.floatBytes()),
              Numbers.bytes(r.packedBytes()),
              zeroRows(r)));
    }
    terminal.table(
        List.of("tensor", "shape", "zeros", "rel. sq. error", "float32", "packed", "all-zero rows"),
        rows);
    long floatBytes = reports.stream().mapToLong(QuantizationReport::floatBytes).sum();
    long packedBytes = reports.stream().mapToLong(QuantizationReport::packedBytes).sum();
    terminal.line(
        reports.size()
            + " tensors quantized, "
            + copied
            + " copied; ternary weights "
            + Numbers.fixed((double) floatBytes / packedBytes, 1)
            + " times smaller than float32; wrote "
            + out
            + ", "
            + Numbers.bytes(Files.size(out)));
    for (QuantizationReport r : reports) {
      if (r.allZero()) {
        terminal.warn(
            "warning: all weights of "
                + r.name()
                + " became 0 with "
                + r.quantizer()
                + "; use a threshold relative to the weights, such as --method absmean");
      }
    }
  }

  private static String zeroRows(QuantizationReport report) {
    int count = report.zeroRows().size();
    return switch (count) {
      case 0 -> "";
      case 1, 2, 3, 4 -> report.zeroRows().toString();
      default -> count + " rows from " + report.zeroRows().getFirst();
    };
  }
}
