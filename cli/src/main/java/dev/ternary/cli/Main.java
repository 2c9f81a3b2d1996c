package dev.ternary.cli;

import dev.ternary.cli.bench.BenchCommand;
import dev.ternary.cli.command.Commands;
import dev.ternary.cli.convert.ConvertCommand;
import dev.ternary.cli.doctor.DoctorCommand;
import dev.ternary.cli.inspect.InspectCommand;
import dev.ternary.cli.quantize.QuantizeCommand;
import dev.ternary.cli.run.RunCommand;
import dev.ternary.cli.terminal.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Starts the command that the arguments name. */
@Command(
    name = "ternary",
    description = "Trains, quantizes, stores and runs neural networks with weights -1, 0 and +1.",
    mixinStandardHelpOptions = true,
    version = "ternary 0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {CommandLine.HelpCommand.class},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:failed; one line on the error stream says why", "2:wrong usage"})
public final class Main {

  /** The logging system holds its loggers weakly. */
  private static final List<Logger> LOGGERS = new ArrayList<>();

  /** Not for use: picocli makes it. */
  Main() {}

  /** Runs the command and ends the process with its exit code. */
  @SuppressWarnings("SystemExitOutsideMain") // This is main.
  public static void main(String[] args) {
    System.exit(run(args, writer(FileDescriptor.out), writer(FileDescriptor.err)));
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Runs the command; returns its exit code. */
  public static int run(String[] args, PrintWriter out, PrintWriter err) {
    quietLibraries();
    var terminal = Terminal.ofProcess(out, err);
    var line = new CommandLine(new Main());
    var found = Commands.find();
    found.commands(terminal).forEach(line::addSubcommand);
    line.addSubcommand(new InspectCommand(terminal));
    line.addSubcommand(new ConvertCommand(terminal));
    line.addSubcommand(new QuantizeCommand(terminal));
    line.addSubcommand(new RunCommand(terminal));
    line.addSubcommand(new DoctorCommand(terminal, found));
    line.addSubcommand(BenchCommand.line(terminal, found));
    line.setOut(out);
    line.setErr(err);
    line.setUsageHelpAutoWidth(true);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(new FailureHandler(terminal));
    line.setParameterExceptionHandler(new UsageHandler(terminal));
    line.setExecutionStrategy(parsed -> {
      boolean asked = parsed.isUsageHelpRequested() || parsed.isVersionHelpRequested();
      if (parsed.subcommand() == null && !asked) {
        line.usage(out);
        return line.getCommandSpec().exitCodeOnUsageHelp();
      }
      return new CommandLine.RunLast().execute(parsed);
    });
    Converters.register(line);
    try {
      return line.execute(args);
    } catch (OutOfMemoryError e) {
      terminal.error("out of memory; TERNARY_JAVA_OPTS=-Xmx8g gives more (" + e.getMessage() + ")");
    } catch (InternalError e) {
      terminal.error("a mapped file was shortened while it was read: " + e.getMessage());
    } catch (LinkageError e) {
      terminal.error("a library does not load here: " + e);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** DJL reports each step of its start; a user wants to hear of trouble only. */
  private static void quietLibraries() {
    for (String name : new String[] {"ai.djl", "dev.ternary"}) {
      LOGGERS.add(Logger.getLogger(name));
    }
    LOGGERS.forEach(logger -> logger.setLevel(Level.WARNING));
    // It warns of every machine without a GPU.
    Logger gpu = Logger.getLogger("ai.djl.util.cuda");
    gpu.setLevel(Level.SEVERE);
    LOGGERS.add(gpu);
  }
}
