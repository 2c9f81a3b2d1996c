package dev.ternary.cli.quantize;

import dev.ternary.cli.convert.ArchOptions;
import dev.ternary.cli.convert.Copies;
import dev.ternary.cli.convert.KeyOption;
import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.cli.terminal.ProgressBar;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.FileKind;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.packed.PackedModelWriter;
import dev.ternary.formats.pytorch.TorchScriptArchive;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.quantize.LayerReport;
import dev.ternary.nn.quantize.QuantizedGraph;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.quant.Quantized;
import dev.ternary.quant.Quantizer;
import dev.ternary.quant.ThresholdRule;
import dev.ternary.report.Numbers;
import dev.ternary.tensor.DType;
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
            + " or more is taken, unless --skip names it; all others are copied. Where the"
            + " architecture is known, by --arch or from the file, the result is a model that"
            + " 'run' takes: its linear layers, convolutions and embeddings become ternary.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: ternary quantize model.safetensors -o model.ternary.safetensors --method optimal"
          + " --granularity row --skip 'lm_head*'"
    })
public final class QuantizeCommand implements Callable<Integer> {

  /** As many as an array holds. */
  private static final long MOST_WEIGHTS = Integer.MAX_VALUE - 8L;

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
      defaultValue = "optimal",
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

  @Mixin private KeyOption part = new KeyOption();

  @Mixin private ArchOptions arch = new ArchOptions();

  @Mixin private GraphOptions network = new GraphOptions();

  @Option(
      names = "--strip-prefix",
      paramLabel = "PREFIX",
      defaultValue = "module.",
      description =
          "With --arch: cut this off where all names begin with it; default ${DEFAULT-VALUE}.")
  private String prefix = "";

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
    overwriting.check(out, in);
    List<NamePattern> patterns = skip.stream().map(NamePattern::new).toList();
    if (!arch.given() && TorchScriptArchive.is(in)) {
      terminal.warn(
          "note: "
              + in
              + " is TorchScript, of which the tensors alone are taken; 'ternary convert' first"
              + " makes a model of it, which can be calibrated and run");
    }
    try (TensorFile file = TensorFiles.open(in, part.key())) {
      file.notes().forEach(note -> terminal.warn("note: " + note));
      if (file.names().stream().anyMatch(name -> file.tensor(name).toTernary().isPresent())) {
        throw new IllegalArgumentException(in + " is in the packed model format already");
      }
      Optional<Graph> graph = arch.graph(file, prefix);
      if (graph.isPresent()) {
        Copies.notFinite(file).forEach(terminal::warn);
        quantize(graph.get(), quantizer, patterns, overwriting);
        return 0;
      }
      if (calibrate.given()) {
        throw new IllegalArgumentException(
            "--calibrate needs to know the architecture, and "
                + in
                + " holds weights alone: add --arch NAME or --arch FILE.json");
      }
      var layouts = new LinkedHashMap<String, PackedModelWriter.Layout>();
      var copied = new LinkedHashMap<String, SafetensorsWriter.Entry>();
      plan(file, patterns, layouts, copied);
      warnOfUnused(patterns, file.names());
      if (layouts.isEmpty()) {
        throw new IllegalArgumentException(
            in + " has no floating-point tensor of rank 2 or more to quantize");
      }
      requireFreeNames(layouts.keySet(), file.names());
      warnOfPacked(file);
      Map<String, String> texts = file.kind() == FileKind.SAFETENSORS ? file.metadata() : Map.of();
      List<QuantizationReport> reports;
      try (PackedModelWriter to =
          PackedModelWriter.create(out, layouts, copied, texts, overwriting.ifExists())) {
        reports = write(file, quantizer, layouts.keySet(), copied, to);
        to.finish();
      }
      report(reports, copied.size());
    }
    return 0;
  }

  /** Makes the layers of a network ternary, and writes it with its architecture. */
  private void quantize(
      Graph graph, Quantizer quantizer, List<NamePattern> patterns, Overwriting overwriting)
      throws IOException {
    warnOfUnused(patterns, NetworkQuantization.names(graph));
    Optional<Tensor> samples =
        calibrate.given() ? Optional.of(calibrate.read(graph, terminal)) : Optional.empty();
    var quantization = new NetworkQuantization(terminal, network, patterns);
    QuantizedGraph result = quantization.of(graph, quantizer, samples);
    result.graph().save(out, overwriting.ifExists());
    if (calibrate.given()) {
      quantization.reportOutputs(result);
    }
    report(result.layers().stream().map(LayerReport::weights).toList(), result.kept().size());
    quantization.reportKept(result);
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
        Numbers.many(reports.size(), "tensor")
            + " quantized, "
            + copied
            + " copied; ternary weights "
            + Numbers.fixed((double) floatBytes / packedBytes, 1)
            + " times smaller than float32; wrote "
            + out
            + ", "
            + Numbers.bytes(Files.size(out)));
    for (QuantizationReport r : reports) {
      if (r.allZero()) {
        terminal.warn("warning: all weights of " + r.name() + zeroBecause(r));
      }
    }
  }

  private String zeroBecause(QuantizationReport report) {
    if (report.relativeSquaredError() == 0) {
      return " are 0 in " + in;
    }
    boolean relative = !(method instanceof ThresholdRule.Absolute);
    return " became 0 with "
        + report.quantizer()
        + (relative
            ? "; they are too small for scales of float32: multiply them before, or --skip '"
                + report.name()
                + "'"
            : "; use a threshold relative to the weights, such as --method absmean");
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
