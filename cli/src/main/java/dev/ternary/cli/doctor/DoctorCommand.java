package dev.ternary.cli.doctor;

import dev.ternary.cli.terminal.Numbers;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Probe;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Reports the JVM, the CPU, every kernel and the PyTorch libraries. */
@Command(
    name = "doctor",
    description = "Shows what works on this machine: JVM, CPU, kernels, PyTorch.",
    mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {

  private final Terminal terminal;

  /** A command that reports to {@code terminal}. */
  public DoctorCommand(Terminal terminal) {
    this.terminal = terminal;
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
    terminal.line(terminal.bold("PyTorch"));
    terminal.line("  " + PyTorchCheck.describe());
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
