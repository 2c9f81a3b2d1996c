package dev.ternary.cli.doctor;

import dev.ternary.cli.command.Check;
import dev.ternary.cli.command.Commands;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Probe;
import dev.ternary.kernel.TernaryKernel;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Says on one screen what runs here, how fast, and what would make it faster. */
@Command(
    name = "doctor",
    description =
        "Shows what works on this machine (JVM, CPU, kernels, frameworks) and what to do to make it"
            + " faster.",
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
    CpuInfo cpu = CpuInfo.read();
    String architecture = System.getProperty("os.arch");
    say(
        "Java",
        System.getProperty("java.vm.name")
            + " "
            + Runtime.version()
            + ", "
            + System.getProperty("os.name")
            + " "
            + architecture);
    say("Flags", flags());
    say("CPU", cpu.model() + ", " + cpu.cores() + " cores; " + cpu.featureLine());
    say("Memory", MemoryInfo.describe());
    List<Kernels.Candidate> candidates = Kernels.probeAll();
    String wanted = Optional.ofNullable(System.getProperty(Kernels.PROPERTY)).orElse("auto");
    Optional<TernaryKernel> chosen = chosen(candidates, wanted);
    terminal.line(terminal.bold("Kernels") + ", the fastest first");
    for (Kernels.Candidate candidate : candidates) {
      say("", padded(candidate.name()) + state(candidate.probe(), chosen));
    }
    for (Check check : commands.checks()) {
      say(check.name(), check.state());
    }
    say(
        "Speed",
        chosen
            .map(kernel -> kernel.name() + ": " + KernelSpeed.measure(kernel))
            .orElse("no kernel '" + wanted + "' runs here"));
    for (String advice : Advice.of(candidates, architecture, wanted, jvmFlags())) {
      say("To do", advice);
    }
    return 0;
  }

  private void say(String name, String text) {
    Wrapped.lines(name, text, terminal.columns()).forEach(terminal::line);
  }

  private static String padded(String name) {
    return name + " ".repeat(Math.max(1, 17 - name.length()));
  }

  private static Optional<TernaryKernel> chosen(List<Kernels.Candidate> candidates, String wanted) {
    for (Kernels.Candidate candidate : candidates) {
      if (candidate.probe() instanceof Probe.Usable(TernaryKernel kernel)
          && (wanted.equals("auto") || wanted.equals(candidate.name()))) {
        return Optional.of(kernel);
      }
    }
    return Optional.empty();
  }

  private static String state(Probe probe, Optional<TernaryKernel> chosen) {
    return switch (probe) {
      case Probe.Usable(TernaryKernel kernel) ->
          "runs as "
              + kernel.name()
              + (chosen.filter(c -> c.name().equals(kernel.name())).isPresent() ? ", chosen" : "");
      case Probe.Unusable(String reason) -> "no: " + Wrapped.cut(reason, 50);
    };
  }

  private static List<String> jvmFlags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments();
  }

  /** Those that matter for speed, not what launchers and test runners add besides. */
  private static String flags() {
    List<String> flags =
        jvmFlags().stream()
            .filter(flag ->
                flag.startsWith("-X")
                    || flag.startsWith("--add-modules")
                    || flag.startsWith("--enable-native-access")
                    || flag.startsWith("-Dternary.kernel")
                    || flag.startsWith("-Dternary.vector")
                    || flag.startsWith("-Dternary.x86"))
            .filter(flag -> !flag.contains("jsa") && !flag.startsWith("-Xlog"))
            .toList();
    return flags.isEmpty() ? "none" : Wrapped.cut(String.join(" ", flags), 140);
  }
}
