package dev.ternary.cli.quantize;

import dev.ternary.cli.convert.ArchOptions;
import dev.ternary.cli.convert.ClassNames;
import dev.ternary.cli.convert.Copies;
import dev.ternary.cli.convert.KeyOption;
import dev.ternary.cli.terminal.OutputName;
import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.FileKind;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.pytorch.TorchScriptArchive;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.quantize.LayerReport;
import dev.ternary.nn.quantize.QuantizedGraph;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.quant.Quantizer;
import dev.ternary.quant.ThresholdRule;
import dev.ternary.report.Numbers;
import dev.ternary.tensor.NamePattern;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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

  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "IN",
      description =
          "Float weights: safetensors, GGUF, a PyTorch checkpoint, .npy, .npz, or a folder as"
              + " HuggingFace has it.")
  private Path in = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      converter = OutputName.OfModel.class,
      description = "Where to write the packed safetensors file.")
  private Path out = Path.of("");

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      defaultValue = "optimal",
      description =
          "absolute[:T], absmean[:RATIO], twn[:RATIO] or optimal; default ${DEFAULT-VALUE}.")
  private ThresholdRule method = new ThresholdRule.Optimal();

  @Option(
      names = "--granularity",
      paramLabel = "WHICH",
      defaultValue = "row",
      description =
          "Which weights share a scale: tensor, row or group:COLS; default ${DEFAULT-VALUE}.")
  private Granularity granularity = Granularity.row();

  @Option(
      names = "--packing",
      paramLabel = "FORM",
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

  @Mixin private ClassNames classes = new ClassNames();

  @Mixin private GraphOptions network = new GraphOptions();

  @Option(
      names = "--strip-prefix",
      paramLabel = "PREFIX",
      defaultValue = "module.",
      description =
          "With --arch: cut this off where all names begin with it; default '${DEFAULT-VALUE}'.")
  private String prefix = "";

  @Mixin private CalibrateOptions calibrate = new CalibrateOptions();

  @Option(names = "--force", description = "Replace OUT if it exists.")
  private boolean force;

  /** A command that reports to {@code terminal}. */
  public QuantizeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** A file of our format may hold a network without one trit. */
  private static boolean isPacked(TensorFile file) throws IOException {
    for (String name : file.kind() == FileKind.PACKED ? file.names() : List.<String>of()) {
      if (file.tensor(name).toTernary().isPresent()) {
        return true;
      }
    }
    return false;
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
      if (isPacked(file)) {
        throw new IllegalArgumentException(
            in
                + " is in the packed model format already; 'ternary convert "
                + in
                + " -o FLOAT' makes its weights float again");
      }
      Optional<Graph> graph = arch.graph(file, prefix);
      if (graph.isPresent()) {
        Copies.notFinite(file).forEach(terminal::warn);
        quantize(classes.into(graph.get()), quantizer, patterns, overwriting);
        return 0;
      }
      classes.requireModel(spec.commandLine(), in);
      if (calibrate.given()) {
        throw new IllegalArgumentException(
            "--calibrate needs to know the architecture, and "
                + in
                + " holds weights alone: add --arch NAME or --arch FILE.json");
      }
      warnOfUnused(patterns, file.names());
      var weights = new WeightsQuantization(terminal, quantizer, patterns);
      WeightsQuantization.Written written = weights.write(file, out, overwriting.ifExists());
      new LossReport(terminal).ofWeights(written.reports());
      summary(written.reports(), written.copied());
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
    List<QuantizationReport> weights = result.layers().stream().map(LayerReport::weights).toList();
    if (calibrate.given()) {
      new LossReport(terminal).ofOutputs(result.layers());
    } else {
      new LossReport(terminal).ofWeights(weights);
    }
    summary(weights, result.kept().size());
    quantization.reportKept(result);
  }

  private void warnOfUnused(List<NamePattern> patterns, List<String> names) {
    for (NamePattern pattern : patterns) {
      if (names.stream().noneMatch(pattern::matches)) {
        terminal.warn("warning: --skip " + pattern.text() + " matches no tensor");
      }
    }
  }

  private void summary(List<QuantizationReport> reports, int copied) throws IOException {
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
}
