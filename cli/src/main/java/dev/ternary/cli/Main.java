package dev.ternary.cli;

import dev.ternary.cli.bench.BenchCommand;
import dev.ternary.cli.command.Commands;
import dev.ternary.cli.convert.ConvertCommand;
import dev.ternary.cli.doctor.DoctorCommand;
import dev.ternary.cli.inspect.InspectCommand;
import dev.ternary.cli.quantize.QuantizeCommand;
import dev.ternary.cli.run.RunCommand;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.cli.terminal.WatchedOutput;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
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

  /** Of help that goes to no terminal. */
  private static final int HELP_COLUMNS = 80;

  /** Picocli needs so many. */
  private static final int HELP_LEAST = 55;

  /** Not for use: picocli makes it. */
  Main() {}

  /** Runs the command and ends the process with its exit code. */
  @SuppressWarnings("SystemExitOutsideMain") // This is main.
  public static void main(String[] args) {
    LogLevels.install();
    var out = new WatchedOutput(new FileOutputStream(FileDescriptor.out));
    int code = run(args, out, new FileOutputStream(FileDescriptor.err));
    // System.exit starts the logging system, which is a fifth of the time that 'inspect' takes.
    if (code != 0 || othersRun()) {
      System.exit(code);
    }
  }

  /** Whether threads would keep the process alive after main. */
  private static boolean othersRun() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> !thread.isDaemon() && !thread.equals(Thread.currentThread()));
  }

  /** Runs the command; where its result could not be written, it says so and has failed. */
  static int run(String[] args, WatchedOutput out, OutputStream err) {
    PrintWriter errors = writer(err);
    int code = run(args, writer(out), errors);
    if (out.failure().isEmpty()) {
      return code;
    }
    Terminal.ofProcess(errors, errors).error("cannot write the output: " + out.failure().get());
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  /** Runs the command; returns its exit code. */
  public static int run(String[] args, PrintWriter out, PrintWriter err) {
    return run(args, Terminal.ofProcess(out, err), out, err);
  }

  /** The same, with a terminal over these streams. */
  static int run(String[] args, Terminal terminal, PrintWriter out, PrintWriter err) {
    var line = new CommandLine(new Main());
    addSubcommands(line, args.length == 0 ? "" : args[0], terminal);
    line.setOut(out);
    line.setErr(err);
    boolean wide = terminal.columns() == Integer.MAX_VALUE;
    line.setUsageHelpWidth(wide ? HELP_COLUMNS : Math.max(HELP_LEAST, terminal.columns()));
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

  /** Adds the command that the first argument names, or else all, which takes longer. */
  private static void addSubcommands(CommandLine line, String first, Terminal terminal) {
    Map<String, Supplier<Object>> own = own(terminal);
    Supplier<Object> named = own.get(first);
    if (named == null) {
      var found = Commands.find();
      found.commands(terminal).forEach(line::addSubcommand);
      own.values().forEach(command -> line.addSubcommand(command.get()));
      line.addSubcommand(new DoctorCommand(terminal, found));
      line.addSubcommand(BenchCommand.line(terminal, found));
    } else {
      line.addSubcommand(named.get());
    }
  }

  /** The commands that need no other module of commands, by name. */
  private static Map<String, Supplier<Object>> own(Terminal terminal) {
    var own = new LinkedHashMap<String, Supplier<Object>>();
    own.put("inspect", () -> new InspectCommand(terminal));
    own.put("convert", () -> new ConvertCommand(terminal));
    own.put("quantize", () -> new QuantizeCommand(terminal));
    own.put("run", () -> new RunCommand(terminal));
    return own;
  }
}
