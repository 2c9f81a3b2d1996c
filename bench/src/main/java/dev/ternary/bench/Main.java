package dev.ternary.bench;

import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Probe;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Times every kernel that can run here, a plain loop and OpenBLAS, and prints their rates as
 * multiples of OpenBLAS. Takes JMH's options. The contenders take turns, {@code -Dbench.passes=N}
 * times (default 2), and the best iteration counts, so that a busy moment does not hit one of them
 * alone; the error is JMH's, of the mean.
 */
public final class Main {

  private static final String BASELINE = "openblas";

  private Main() {}

  /** Runs the benchmarks. */
  public static void main(String[] args) throws RunnerException, CommandLineOptionException {
    var options = new CommandLineOptions(args);
    // Everything by the label of its operands, then by contender.
    Map<String, Map<String, Measurement>> best = new TreeMap<>();
    for (int pass = 0; pass < Integer.getInteger("bench.passes", 2); pass++) {
      ChainedOptionsBuilder builder =
          new OptionsBuilder()
              .parent(options)
              .include(ProductBench.class.getName())
              .addProfiler(GCProfiler.class)
              .jvmArgsAppend(
                  "--add-modules=jdk.incubator.vector",
                  "--enable-native-access=ALL-UNNAMED",
                  "-Xms2g",
                  "-Xmx2g");
      if (!options.getParameter("contender").hasValue()) {
        builder.param("contender", contenders().toArray(String[]::new));
      }
      for (RunResult result : new Runner(builder.build()).run()) {
        record(result, best);
      }
    }
    print(best);
  }

  private static List<String> contenders() {
    var names = new ArrayList<>(List.of("loop", BASELINE));
    for (Kernels.Candidate candidate : Kernels.probeAll()) {
      // The scalar kernel is the reference, and would take minutes.
      if (candidate.probe() instanceof Probe.Usable && !candidate.name().equals("scalar")) {
        names.add(candidate.name() + ":int8");
        names.add(candidate.name() + ":float");
      }
    }
    return names;
  }

  private record Measurement(double macsPerNano, double error, double allocatedBytes) {}

  private static void record(RunResult run, Map<String, Map<String, Measurement>> best) {
    BenchmarkParams params = run.getParams();
    String[] dims = params.getParam("shape").split("x", 2);
    double macs =
        Double.parseDouble(dims[0])
            * Double.parseDouble(dims[1])
            * Double.parseDouble(params.getParam("tokens"));
    Result<?> time = run.getPrimaryResult();
    // The best iteration: on a shared machine the mean is about the neighbours.
    double nanos = time.getStatistics().getMin() * 1e3;
    Result<?> allocated = run.getSecondaryResults().get("gc.alloc.rate.norm");
    var measurement =
        new Measurement(
            macs / nanos,
            time.getScoreError() / time.getScore(),
            allocated == null ? Double.NaN : allocated.getScore());
    String label =
        params.getParam("shape")
            + ", M="
            + params.getParam("tokens")
            + ", threads="
            + params.getParam("threads");
    best.computeIfAbsent(label, _ -> new TreeMap<>())
        .merge(
            params.getParam("contender"),
            measurement,
            (a, b) -> a.macsPerNano() > b.macsPerNano() ? a : b);
  }

  private static void print(Map<String, Map<String, Measurement>> best) {
    try (var out =
        new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8)) {
      out.println();
      out.println("| N x K | contender | GMAC/s | +- % | x OpenBLAS | bytes a call |");
      out.println("|---|---|---|---|---|---|");
      best.forEach((label, contenders) -> {
        Measurement baseline = contenders.get(BASELINE);
        contenders.forEach((name, m) -> {
          String ratio = baseline == null ? "-" : round(m.macsPerNano() / baseline.macsPerNano());
          out.println(
              String.join(
                  " | ",
                  "| " + label,
                  name,
                  round(m.macsPerNano()),
                  round(100 * m.error()),
                  ratio,
                  round(m.allocatedBytes()) + " |"));
        });
      });
    }
  }

  private static String round(double value) {
    return Double.toString(Math.rint(value * 100) / 100);
  }
}
