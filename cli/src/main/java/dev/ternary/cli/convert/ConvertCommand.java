package dev.ternary.cli.convert;

import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.pytorch.PyTorchCheckpoint;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.report.Numbers;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the weights of a PyTorch checkpoint as safetensors. */
@Command(
    name = "convert",
    description =
        "Writes the state dict of a PyTorch checkpoint as safetensors. The pickle in the checkpoint"
            + " is read without running anything; what is not a tensor is left out.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: ternary convert resnet20.th -o resnet20.safetensors"})
public final class ConvertCommand implements Callable<Integer> {

  private final Terminal terminal;

  @Parameters(paramLabel = "IN", description = "The checkpoint: .pt, .pth, .th or .bin.")
  private Path in = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description = "Where to write the safetensors file.")
  private Path out = Path.of("");

  @Option(
      names = "--strip-prefix",
      paramLabel = "PREFIX",
      defaultValue = "module.",
      description =
          "Cut this off where all names begin with it; empty keeps them; default ${DEFAULT-VALUE}.")
  private String prefix = "";

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
    overwriting.check(out);
    try (PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(in)) {
      Map<String, Tensor> tensors = checkpoint.stateDict(prefix);
      SafetensorsWriter.write(out, tensors, Map.of(), overwriting.ifExists());
      long elements = tensors.values().stream().mapToLong(t -> t.shape().elements()).sum();
      terminal.line(
          tensors.size()
              + " tensors, "
              + Numbers.count(elements)
              + " elements; wrote "
              + out
              + ", "
              + Numbers.bytes(Files.size(out)));
    }
    return 0;
  }
}
