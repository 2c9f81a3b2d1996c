package dev.ternary.cli.bench;

import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.json.JsonWriter;
import dev.ternary.measure.Clock;
import dev.ternary.measure.Stopwatch;
import dev.ternary.report.Numbers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures element-wise operations on arrays of trits against copying the same bytes. */
@Command(
    name = "arrays",
    description = "Measures operations on arrays of trits against copying the same bytes.",
    mixinStandardHelpOptions = true)
public final class ArraysBench implements Callable<Integer> {

  private final Terminal terminal;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "TRITS,TRITS",
      hideParamSyntax = true,
      defaultValue = "1000,262144,1048576,16777216",
      description = "Trits in each operand (default: ${DEFAULT-VALUE}).")
  private List<Integer> sizes = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "31",
      description = "Rounds; the best counts (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--millis",
      paramLabel = "MS",
      defaultValue = "200",
      description = "Time to warm up each operation (default: ${DEFAULT-VALUE}).")
  private int millis;

  @Mixin private FiguresFile figures = new FiguresFile();

  /** A command that reports to {@code terminal}. */
  public ArraysBench(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    for (int size : sizes) {
      if (size < 1) {
        throw new IllegalArgumentException("a size is 1 trit or more, got " + size);
      }
    }
    if (rounds < 1) {
      throw new IllegalArgumentException("--rounds is 1 or more, got " + rounds);
    }
    if (millis < 0) {
      throw new IllegalArgumentException("--millis is 0 or more, got " + millis);
    }
    figures.check();
    RawPlanes.check();
    JsonWriter json = FiguresFile.begin().put("threads", 1).put("rounds", rounds).array("results");
    for (int size : sizes) {
      measure(size, json);
    }
    figures.write(json.end().end());
    terminal.line(
        "Best of "
            + rounds
            + " rounds in turns, "
            + Clock.ofThreads(1).words()
            + " of 1 thread. \"of copy\" compares bytes read");
    terminal.line("and written a second with those of the copy into memory of the same kind.");
    return 0;
  }

  private void measure(int trits, JsonWriter json) {
    List<Contender> contenders = ArrayContenders.of(trits);
    List<String> names = contenders.stream().map(Contender::name).toList();
    List<Stopwatch.Sample> samples =
        Stopwatch.ofRounds(1, rounds)
            .withWarmUp(Duration.ofMillis(millis))
            .time(contenders.stream().map(Contender::code).toList());
    var rows = new ArrayList<List<String>>();
    for (Contender contender : contenders) {
      Stopwatch.Sample own = samples.get(names.indexOf(contender.name()));
      int copy = names.indexOf(contender.reference());
      double ofCopy =
          (contender.bytes() / own.best())
              / (contenders.get(copy).bytes() / samples.get(copy).best());
      rows.add(
          List.of(
              contender.name(),
              Numbers.fixed(own.best(), own.best() < 1000 ? 1 : 0),
              Numbers.fixed(own.median(), own.median() < 1000 ? 1 : 0),
              Numbers.fixed(trits / own.best(), 1),
              contender.bytes() == 0 ? "-" : Numbers.percent(ofCopy),
              Long.toString(own.allocated())));
      json.object();
      json.put("trits", trits);
      json.put("operation", contender.name());
      json.put("best_nanos", own.best());
      json.put("median_nanos", own.median());
      json.put("gtrits_per_second", trits / own.best());
      if (contender.bytes() > 0) {
        json.put("of_copy", ofCopy);
      }
      json.put("allocated_bytes", own.allocated()).end();
    }
    terminal.line(terminal.bold(Numbers.count(trits) + " trits"));
    terminal.table(
        List.of("operation", "best ns", "median ns", "Gtrit/s", "of copy", "bytes allocated"),
        rows);
  }
}
