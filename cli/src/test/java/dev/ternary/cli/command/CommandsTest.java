package dev.ternary.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ternary.cli.terminal.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class CommandsTest {

  private final Terminal terminal =
      new Terminal(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), false);

  @Command(name = "train")
  private static final class Train implements Runnable {

    private final AtomicInteger runs;

    Train(AtomicInteger runs) {
      this.runs = runs;
    }

    @Override
    public void run() {
      runs.incrementAndGet();
    }
  }

  private static final class Source implements CommandSource {

    private final AtomicInteger runs = new AtomicInteger();

    @Override
    public List<CommandLine> commands(Terminal terminal) {
      return List.of(new CommandLine(new Train(runs)));
    }

    @Override
    public List<Check> checks() {
      return List.of(new Check("PyTorch", "works"));
    }
  }

  private static CommandLine named(List<CommandLine> lines, String name) {
    return lines.stream()
        .filter(line -> line.getCommandName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** What a line says when it runs with some arguments. */
  private static String failure(CommandLine line) {
    var text = new StringBuilder();
    line.setExecutionExceptionHandler((e, _, _) -> {
      text.append(e.getMessage());
      return 1;
    });
    assertThat(line.execute("mlp", "--epochs", "3")).isEqualTo(1);
    return text.toString();
  }

  @Test
  void aCommandThatIsThereStandsAloneAndRuns() {
    var source = new Source();
    List<CommandLine> lines = Commands.of(List.of(source)).commands(terminal);
    assertThat(lines.stream().filter(line -> line.getCommandName().equals("train"))).hasSize(1);
    assertThat(named(lines, "train").execute()).isZero();
    assertThat(source.runs).hasValue(1);
  }

  @Test
  void inPlaceOfAMissingOneStandsWhatToAdd() {
    Commands none = Commands.of(List.of());
    assertThat(none.commands(terminal))
        .extracting(CommandLine::getCommandName)
        .containsExactly("quickstart", "train");
    assertThat(failure(named(none.commands(terminal), "train")))
        .isEqualTo(
            "train needs ternary-cli-pytorch, which is not there; add"
                + " dev.ternary:ternary-cli-pytorch to the class path");
    assertThat(failure(named(none.benchmarks(terminal), "pytorch")))
        .startsWith("bench pytorch needs ternary-cli-pytorch");
    assertThat(failure(named(none.benchmarks(terminal), "models")))
        .isEqualTo(
            "bench models needs ternary-cli-pytorch, which is not there; add"
                + " dev.ternary:ternary-cli-pytorch to the class path");
    assertThat(none.checks())
        .containsExactly(
            new Check(
                "PyTorch",
                "needs ternary-cli-pytorch, which is not there; add"
                    + " dev.ternary:ternary-cli-pytorch to the class path"));
  }

  @Test
  void aSourceThatDoesNotLoadCostsOnlyItsCommands() {
    Iterator<CommandSource> broken =
        new Iterator<>() {
          private int calls;

          @Override
          public boolean hasNext() {
            return calls < 2;
          }

          @Override
          public CommandSource next() {
            if (calls++ == 0) {
              throw new ServiceConfigurationError("Provider X not found");
            }
            return new Source();
          }
        };
    Commands commands = Commands.of(() -> broken);
    List<CommandLine> lines = commands.commands(terminal);
    assertThat(named(lines, "train").execute()).isZero();
    assertThat(failure(named(lines, "quickstart"))).contains("Provider X not found");
    assertThat(commands.checks()).containsExactly(new Check("PyTorch", "works"));
  }

  @Test
  void aSourceWhoseLibrariesAreMissingCostsOnlyItsCommands() {
    CommandSource bare =
        _ -> {
          throw new NoClassDefFoundError("ai/djl/Model");
        };
    List<CommandLine> lines = Commands.of(List.of(bare, new Source())).commands(terminal);
    assertThat(named(lines, "train").execute()).isZero();
    assertThat(failure(named(lines, "quickstart"))).contains("ai/djl/Model");
  }

  @Test
  void networksOfAMissingPartSayWhatToAdd() {
    NetworkSource missing = Commands.of(List.of()).network("TorchScript");
    assertThatIllegalStateException()
        .isThrownBy(() -> missing.open(Path.of("net.pt"), List.of()))
        .withMessage(
            "TorchScript needs ternary-cli-pytorch, which is not there; add"
                + " dev.ternary:ternary-cli-pytorch to the class path");
  }
}
