package dev.ternary.cli.quantize;

import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.cli.terminal.ProgressBar;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.packed.PackedModel;
import dev.ternary.formats.packed.PackedModelFile;
import dev.ternary.formats.packed.PackedModelWriter;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.quant.Quantized;
import dev.ternary.quant.Quantizer;
import dev.ternary.quant.ThresholdRule;
import dev.ternary.report.Numbers;
import dev.ternary.tensor.NamePattern;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Quantizes the weights of a safetensors file. */
@Command(
    name = "quantize",
    description =
        "Makes the weights of a safetensors file ternary and packs them. Every floating-point"
            + " tensor of rank 2 or more is taken, unless --skip names it; all others are copied.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: ternary quantize model.safetensors -o model.ternary.safetensors --method optimal"
          + " --granularity row --skip 'lm_head*'"
    })
public final class QuantizeCommand implements Callable<Integer> {

  private static final List<String> CHECKPOINTS = List.of(".pt", ".pth", ".th", ".bin", ".ckpt");

  private final Terminal terminal;

  @Parameters(paramLabel = "IN", description = "The safetensors file with float weights.")
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
    try (SafetensorsFile file = open(in)) {
      if (PackedModelFile.isPacked(file.metadata())) {
        throw new IllegalArgumentException(in + " is in the packed model format already");
      }
      var packed = new LinkedHashMap<String, TernaryTensor>();
      var plain = new LinkedHashMap<String, Tensor>();
      List<QuantizationReport> reports = quantize(file, quantizer, patterns, packed, plain);
      warnOfUnused(patterns, file.tensors());
      if (packed.isEmpty()) {
        throw new IllegalArgumentException(
            in + " has no floating-point tensor of rank 2 or more to quantize");
      }
      PackedModelWriter.write(
          out, new PackedModel(packed, plain, Optional.empty()), overwriting.ifExists());
      report(reports, plain.size());
    }
    return 0;
  }

  /** Opens the weights; for a PyTorch checkpoint the refusal says what to do. */
  private static SafetensorsFile open(Path in) throws IOException {
    try {
      return SafetensorsFile.open(in);
    } catch (FormatException e) {
      if (CHECKPOINTS.stream().noneMatch(in.toString()::endsWith)) {
        throw e;
      }
      throw new IOException(
          in
              + " is no safetensors file; 'ternary convert' makes one of a PyTorch checkpoint: "
              + "ternary convert "
              + in
              + " -o OUT.safetensors",
          e);
    }
  }

  private List<QuantizationReport> quantize(
      SafetensorsFile file,
      Quantizer quantizer,
      List<NamePattern> patterns,
      Map<String, TernaryTensor> packed,
      Map<String, Tensor> plain) {
    var reports = new ArrayList<QuantizationReport>();
    long total = file.tensors().values().stream().mapToLong(t -> t.data().byteSize()).sum();
    long done = 0;
    try (ProgressBar bar = terminal.progress("quantize", total)) {
      for (Map.Entry<String, Tensor> entry : file.tensors().entrySet()) {
        String name = entry.getKey();
        Tensor tensor = entry.getValue();
        boolean take =
            tensor.dtype().isFloating()
                && tensor.shape().rank() >= 2
                && tensor.shape().elements() > 0
                && patterns.stream().noneMatch(pattern -> pattern.matches(name));
        if (take) {
          Quantized result = quantizer.quantize(name, tensor);
          packed.put(name, result.weights());
          reports.add(result.report());
        } else {
          plain.put(name, tensor);
        }
        done += tensor.data().byteSize();
        bar.at(done, name);
      }
    }
    return reports;
  }

  private void warnOfUnused(List<NamePattern> patterns, Map<String, Tensor> tensors) {
    for (NamePattern pattern : patterns) {
      if (tensors.keySet().stream().noneMatch(pattern::matches)) {
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
