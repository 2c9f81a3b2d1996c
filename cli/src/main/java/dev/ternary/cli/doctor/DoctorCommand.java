package dev.ternary.cli.doctor;

import dev.ternary.cli.command.Check;
import dev.ternary.cli.command.Commands;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Probe;
import dev.ternary.report.Numbers;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Reports the JVM, the CPU, every kernel and the libraries of frameworks. */
@Command(
    name = "doctor",
    description = "Shows what works on this machine: JVM, CPU, kernels, frameworks.",
    mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {

  private final Terminal terminal;
  private final Commands commands;

  /** A command that reports to {@code terminal}, on what {@code commands} need among others. */
  public DoctorCommand(Terminal terminal, Commands commands) {
    this.terminal = terminal;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    terminal.line(terminal.bold("JVM"));
    terminal.line(
        "  "
            + System.getProperty("java.vm.name")
            + " "
            + Runtime.version()
            + ", "
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch"));
    terminal.line("  heap up to " + Numbers.bytes(Runtime.getRuntime().maxMemory()));
    terminal.line("  flags " + String.join(" ", jvmFlags()));
    terminal.line(terminal.bold("CPU"));
    CpuInfo cpu = CpuInfo.read();
    terminal.line("  " + cpu.model() + ", " + cpu.cores() + " cores");
    terminal.line("  vector features: " + cpu.featureLine());
    terminal.line(terminal.bold("Kernels") + " (-Dternary.kernel=NAME asks for one)");
    terminal.table(List.of("name", "state"), kernels());
    for (Check check : commands.checks()) {
      terminal.line(terminal.bold(check.name()));
      terminal.line("  " + check.state());
    }
    return 0;
  }

  private static List<String> jvmFlags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments();
  }

  private static List<List<String>> kernels() {
    var rows = new ArrayList<List<String>>();
    boolean chosen = false;
    String wanted = Optional.ofNullable(System.getProperty(Kernels.PROPERTY)).orElse("auto");
    for (Kernels.Candidate candidate : Kernels.probeAll()) {
      String state =
          switch (candidate.probe()) {
            case Probe.Usable usable -> {
              boolean takes = !chosen && (wanted.equals("auto") || wanted.equals(candidate.name()));
              chosen |= takes;
              yield "usable as " + usable.kernel().name() + (takes ? ", chosen" : "");
            }
            case Probe.Unusable unusable -> "not usable: " + unusable.reason();
          };
      rows.add(List.of(candidate.name(), state));
    }
    return rows;
  }
}
