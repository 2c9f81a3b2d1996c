package dev.ternary.cli.quantize;

import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.cli.terminal.ProgressBar;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.GraphFile;
import dev.ternary.nn.quantize.GraphQuantizer;
import dev.ternary.nn.quantize.LayerReport;
import dev.ternary.nn.quantize.QuantizeOptions;
import dev.ternary.nn.quantize.QuantizedGraph;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options with which {@code quantize} fits a network to samples. */
final class CalibrateOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--calibrate",
      paramLabel = "X",
      description =
          "Fits the network to samples, without training: a file of one tensor [samples, ...], such"
              + " as .npy. IN is a model with its architecture. Its first and last layer stay float,"
              + " and --method is optimal, if not given.")
  private Optional<Path> samples = Optional.empty();

  @Option(
      names = "--all-layers",
      description = "With --calibrate: the first and the last layer become ternary as well.")
  private boolean allLayers;

  /** Whether a network is to be fitted. */
  boolean given() {
    if (allLayers && samples.isEmpty()) {
      throw new IllegalArgumentException("--all-layers needs --calibrate");
    }
    return samples.isPresent();
  }

  /** Reads a network, fits it and writes it. */
  void run(
      Path in,
      Path out,
      Quantizer quantizer,
      List<NamePattern> skip,
      Overwriting overwriting,
      Terminal terminal)
      throws IOException {
    Path from = samples.orElseThrow();
    for (Path needed : List.of(in, from)) {
      if (!Files.exists(needed)) {
        throw new NoSuchFileException(needed.toString());
      }
    }
    if (Files.isDirectory(from)) {
      throw new IllegalArgumentException(
          "--calibrate takes a file of one tensor [samples, ...], such as .npy, got the folder "
              + from);
    }
    boolean method = command.commandLine().getParseResult().hasMatchedOption("--method");
    Quantizer rule =
        method
            ? quantizer
            : new Quantizer(
                new ThresholdRule.Optimal(), quantizer.granularity(), quantizer.packing());
    try (GraphFile file = GraphFile.open(in);
        TensorFile x = TensorFiles.open(from)) {
      Graph graph = file.graph();
      warnOfUnused(graph, skip, terminal);
      long start = System.nanoTime();
      QuantizedGraph fitted = fit(graph, onlyTensor(x), rule, skip, terminal);
      double seconds = (System.nanoTime() - start) / 1e9;
      fitted.graph().save(out, overwriting.ifExists());
      report(fitted, terminal);
      terminal.line(
          fitted.layers().size()
              + " layers quantized in "
              + Numbers.fixed(seconds, 1)
              + " s, "
              + fitted.kept().size()
              + " stay float"
              + (fitted.kept().isEmpty() ? "" : " (" + String.join(", ", fitted.kept()) + ")")
              + "; wrote "
              + out
              + ", "
              + Numbers.bytes(Files.size(out)));
    }
  }

  private QuantizedGraph fit(
      Graph graph, Tensor x, Quantizer rule, List<NamePattern> skip, Terminal terminal) {
    QuantizeOptions options =
        QuantizeOptions.defaults().with(rule).skipping(skip).keeping(!allLayers, !allLayers);
    try (ProgressBar bar = terminal.progress("calibrate", graph.nodes().size())) {
      return GraphQuantizer.calibrate(
          graph, x, options.with((done, _, layer) -> bar.at(done, layer)));
    }
  }

  private static Tensor onlyTensor(TensorFile file) throws IOException {
    if (file.names().size() != 1) {
      throw new IllegalArgumentException(
          file.path()
              + " must have one tensor of samples for --calibrate, found "
              + file.names().size());
    }
    return file.tensor(file.names().getFirst()).toTensor();
  }

  private static void warnOfUnused(Graph graph, List<NamePattern> skip, Terminal terminal) {
    for (NamePattern pattern : skip) {
      boolean used =
          graph.nodes().stream()
              .anyMatch(
                  node -> pattern.matches(node.name()) || pattern.matches(node.name() + ".weight"));
      if (!used) {
        terminal.warn("warning: --skip " + pattern.text() + " matches no layer");
      }
    }
  }

  private static void report(QuantizedGraph fitted, Terminal terminal) throws IOException {
    var rows = new ArrayList<List<String>>();
    for (LayerReport layer : fitted.layers()) {
      QuantizationReport weights = layer.weights();
      rows.add(
          List.of(
              layer.layer(),
              weights.shape().toString(),
              Numbers.percent(weights.counts().zeroShare()),
              layer.outputs().map(o -> Numbers.percent(o.before())).orElse("not fitted"),
              layer.outputs().map(o -> Numbers.percent(o.after())).orElse("not fitted"),
              Numbers.bytes(weights.floatBytes()),
              Numbers.bytes(weights.packedBytes())));
    }
    terminal.table(
        List.of("layer", "shape", "zeros", "output error", "fitted", "float32", "packed"), rows);
  }
}
