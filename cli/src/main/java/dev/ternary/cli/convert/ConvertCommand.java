package dev.ternary.cli.convert;

import dev.ternary.cli.command.NetworkSource;
import dev.ternary.cli.terminal.OutputName;
import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.FileKind;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Weights;
import dev.ternary.report.Numbers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the tensors of a file as safetensors. */
@Command(
    name = "convert",
    description =
        "Writes the tensors of a file as safetensors; ternary weights become float32. The pickle of"
            + " a PyTorch checkpoint is read without running anything; what is not a tensor is left"
            + " out. With --arch, the architecture that IN has inside, or of TorchScript, a model that"
            + " 'run' takes: float weights and the architecture.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples: ternary convert resnet20.th -o resnet20.safetensors",
      "          ternary convert resnet18.pth --arch resnet18 -o resnet18.safetensors",
      "          ternary convert traced.pt -o model.safetensors"
    })
public final class ConvertCommand implements Callable<Integer> {

  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "IN",
      description =
          "A PyTorch checkpoint, TorchScript, GGUF, .npy, .npz, idx, safetensors, or a folder as"
              + " HuggingFace has it.")
  private Path in = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      converter = OutputName.OfModel.class,
      description = "Where to write the safetensors file.")
  private Path out = Path.of("");

  @Option(
      names = "--strip-prefix",
      paramLabel = "PREFIX",
      defaultValue = "module.",
      description =
          "Cut this off where all names begin with it; empty keeps them; default '${DEFAULT-VALUE}'.")
  private String prefix = "";

  @Mixin private KeyOption part = new KeyOption();

  @Mixin private ArchOptions arch = new ArchOptions();

  @Mixin private ClassNames classes = new ClassNames();

  @Mixin private ScriptOptions script = new ScriptOptions();

  @Option(names = "--force", description = "Replace OUT if it exists.")
  private boolean force;

  /** A command that reports to {@code terminal}. */
  public ConvertCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (!Files.exists(in)) {
      throw new NoSuchFileException(in.toString());
    }
    var overwriting = new Overwriting(force);
    overwriting.check(out, in);
    if (script.isNetwork(in, arch.given() || part.key().isPresent())) {
      try (NetworkSource.Open network = script.open(in)) {
        network.notes().forEach(terminal::line);
        save(network.graph(), overwriting);
      }
      return 0;
    }
    try (TensorFile file = TensorFiles.open(in, part.key())) {
      file.notes().forEach(note -> terminal.warn("note: " + note));
      Optional<Graph> graph = arch.graph(file, prefix);
      if (graph.isPresent()) {
        Copies.notFinite(file).forEach(terminal::warn);
        save(graph.get().mapWeights(w -> new Weights.Dense(w.toDense())), overwriting);
      } else {
        classes.requireModel(spec.commandLine(), in);
        copy(file, overwriting);
      }
    }
    return 0;
  }

  private void save(Graph graph, Overwriting overwriting) throws IOException {
    Graph named = classes.into(graph);
    named.save(out, overwriting.ifExists());
    terminal.line(named + "; wrote " + out + ", " + Numbers.bytes(Files.size(out)));
  }

  /** Writes the tensors alone. */
  private void copy(TensorFile file, Overwriting overwriting) throws IOException {
    List<String> names = new ArrayList<>();
    for (String name : file.names()) {
      if (Copies.canHold(file.kind(), file.tensor(name))) {
        names.add(name);
      } else {
        terminal.warn(Copies.leftOut(file.tensor(name)));
      }
    }
    if (names.isEmpty() && !file.names().isEmpty()) {
      throw new IllegalArgumentException(in + " holds no tensor that safetensors has a type for");
    }
    Copies.shared(file, names).forEach(terminal::warn);
    int cut = names.stream().allMatch(name -> name.startsWith(prefix)) ? prefix.length() : 0;
    var entries = new LinkedHashMap<String, SafetensorsWriter.Entry>();
    for (String name : names) {
      entries.put(name.substring(cut), Copies.entry(file.tensor(name)));
    }
    Map<String, String> metadata = file.kind() == FileKind.SAFETENSORS ? file.metadata() : Map.of();
    try (SafetensorsWriter to =
        SafetensorsWriter.create(out, entries, metadata, overwriting.ifExists())) {
      for (String name : names) {
        MemorySegment bytes = Copies.bytes(file.tensor(name));
        to.write(name.substring(cut), bytes);
        Copies.unload(bytes);
      }
      to.finish();
    }
    long elements = names.stream().mapToLong(n -> file.tensor(n).shape().elements()).sum();
    terminal.line(
        Numbers.many(names.size(), "tensor")
            + ", "
            + Numbers.many(elements, "element")
            + "; wrote "
            + out
            + ", "
            + Numbers.bytes(Files.size(out)));
  }
}
