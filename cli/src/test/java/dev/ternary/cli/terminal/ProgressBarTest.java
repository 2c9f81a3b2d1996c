package dev.ternary.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressBarTest {

  private static final long SECOND = 1_000_000_000L;

  @Test
  void shortWorkSaysNothing() {
    var err = new StringWriter();
    var terminal = new Terminal(new PrintWriter(new StringWriter()), new PrintWriter(err), true);
    try (ProgressBar bar = terminal.progress("work", 10)) {
      bar.at(10, "done");
    }
    assertThat(err.toString()).isEmpty();
  }

  /** A training of a minute with two epochs, as it stands on the screen in the end. */
  private static List<String> training(int columns) {
    var err = new StringWriter();
    var nanos = new AtomicLong();
    var screen = new Screen(new PrintWriter(err), true, columns);
    try (var bar = new ProgressBar(screen, "train ternary", 60, nanos::get)) {
      for (int step = 1; step <= 60; step++) {
        nanos.addAndGet(SECOND);
        bar.at(step, "loss 0.205, 11 609 images/s, test accuracy 94.47 %");
        if (step % 30 == 0) {
          bar.line("epoch " + step / 30);
        }
      }
    }
    var shown = new EmulatedTerminal(columns);
    shown.write(err.toString());
    return shown.lines();
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 40, 60, 80, 100, 120})
  void aTrainingLeavesOneLineAnEpochAndOneAtTheEnd(int columns) {
    List<String> lines = training(columns);
    assertThat(lines).hasSize(4).allMatch(line -> line.length() < columns);
    assertThat(lines.subList(0, 2)).containsExactly("epoch 1", "epoch 2");
    assertThat(lines.get(2)).startsWith("train ternary: 1 ");
    assertThat(lines.getLast()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 80})
  void noRedrawIsLongerThanTheLine(int columns) {
    var err = new StringWriter();
    var nanos = new AtomicLong();
    var screen = new Screen(new PrintWriter(err), true, columns);
    try (var bar = new ProgressBar(screen, "train ternary", 1000, nanos::get)) {
      for (int step = 1; step <= 1000; step++) {
        nanos.addAndGet(SECOND);
        bar.at(step, "loss 0.205, 11 609 images/s, test accuracy 94.47 %");
      }
    }
    for (String drawn : err.toString().split("[\\r\\n]", -1)) {
      assertThat(drawn.replace("\u001b[K", "")).hasSizeLessThan(columns);
    }
  }

  @Test
  void partsAreLeftOutFromTheRight() {
    String detail = "loss 0.205, 11 609 images/s, test accuracy 94.47 %";
    assertThat(drawn(200, detail))
        .isEqualTo("train [##############..............] 50 %, 10 s left, " + detail);
    assertThat(drawn(80, detail))
        .isEqualTo("train [##############..............] 50 %, 10 s left, loss 0.205");
    assertThat(drawn(60, detail)).isEqualTo("train [##############..............] 50 %, 10 s left");
    assertThat(drawn(24, detail)).isEqualTo("train [#####.....] 50 %");
  }

  private static String drawn(int columns, String detail) {
    var err = new StringWriter();
    var nanos = new AtomicLong();
    var bar =
        new ProgressBar(new Screen(new PrintWriter(err), true, columns), "train", 100, nanos::get);
    nanos.set(10 * SECOND);
    bar.at(50, detail);
    return err.toString().replace("\r", "").replace("\u001b[K", "");
  }
}
