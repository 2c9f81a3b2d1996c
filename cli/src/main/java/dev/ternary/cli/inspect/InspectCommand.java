package dev.ternary.cli.inspect;

import dev.ternary.cli.convert.KeyOption;
import dev.ternary.cli.terminal.Table;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.report.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the tensors of a file. */
@Command(
    name = "inspect",
    description =
        "Lists the tensors of a file: names, types, shapes, sizes, and for ternary weights the"
            + " shares of -1, 0 and +1.",
    mixinStandardHelpOptions = true)
public final class InspectCommand implements Callable<Integer> {

  private final Terminal terminal;

  @Parameters(
      paramLabel = "FILE",
      description =
          "Safetensors (packed by ternary or not), GGUF, .npy, .npz, idx, a PyTorch checkpoint, or a"
              + " folder as HuggingFace has it; what it is, its bytes say.")
  private Path file = Path.of("");

  @Mixin private KeyOption part = new KeyOption();

  @Option(names = "--metadata", description = "Also print the metadata of the file.")
  private boolean metadata;

  /** A command that reports to {@code terminal}. */
  public InspectCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    Contents contents = Contents.read(file, part.key());
    contents.notes().forEach(note -> terminal.warn("note: " + note));
    terminal.line(
        terminal.bold(file.toString())
            + ": "
            + contents.kind()
            + ", "
            + Numbers.bytes(size(contents)));
    var rows = new ArrayList<List<String>>();
    for (Contents.Entry entry : contents.entries()) {
      rows.add(
          List.of(
              entry.name(),
              entry.type(),
              entry.shape().toString(),
              Numbers.bytes(entry.bytes()),
              entry.detail()));
    }
    terminal.table(List.of("tensor", "type", "shape", "size", "values"), rows);
    terminal.line(contents.summary());
    if (contents.metadata().containsKey("ternary.architecture")) {
      for (String line : CardLines.of(file)) {
        terminal.line(Table.printable(line));
      }
    }
    if (metadata) {
      contents.metadata().forEach((key, value) -> terminal.field(key, value));
    }
    return 0;
  }

  /** The bytes of the file, or of the tensors in a folder. */
  private long size(Contents contents) throws IOException {
    return Files.isDirectory(file)
        ? contents.entries().stream().mapToLong(Contents.Entry::bytes).sum()
        : Files.size(file);
  }
}
