package dev.ternary.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.cli.terminal.Terminal;
import dev.ternary.packed.Granularity;
import dev.ternary.quant.ThresholdRule;
import dev.ternary.training.TrainingListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class StopNoticeTest {

  @Command(name = "train")
  static final class Probe implements Runnable {
    @Mixin private TrainOptions options = new TrainOptions();

    @Override
    public void run() {}
  }

  @Test
  void namesTheEpochAndTheCommandThatGoesOn(@TempDir Path folder) throws IOException {
    Probe probe = new Probe();
    new CommandLine(probe)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(ThresholdRule.class, ThresholdRule::parse)
        .registerConverter(Granularity.class, Granularity::parse)
        .parseArgs(
            ("--epochs 3 --batch 8 --learning-rate 1 --weight-decay 0 --float-learning-rate 1"
                    + " --float-weight-decay 0 --distill 0 --rule absmean --force -o")
                .transform(words -> (words + " " + folder).split(" ", -1)));
    var err = new StringWriter();
    var terminal = new Terminal(new PrintWriter(new StringWriter()), new PrintWriter(err), false);
    var files = new TrainFiles(probe.options);
    try (var notice = new StopNotice(terminal, probe.options, files, "float32")) {
      notice.step(new TrainingListener.Step(5, 30, 1, 1));
      assertThat(notice.text())
          .isEqualTo(
              "stopped in epoch 1 of 3 (float32), before there was a checkpoint to go on from");
      Files.createFile(files.checkpoint("float"));
      notice.step(new TrainingListener.Step(21, 30, 1, 1));
      assertThat(notice.text())
          .startsWith("stopped in epoch 3 of 3 (float32); go on: ./ternary --epochs 3 ")
          .endsWith("-o " + folder + " --resume")
          .doesNotContain("--force");
    }
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void wordsWithSpacesStayOneWordForTheShell() {
    assertThat(TrainOptions.quoted("a/b-1.5")).isEqualTo("a/b-1.5");
    assertThat(TrainOptions.quoted("my data")).isEqualTo("'my data'");
    assertThat(TrainOptions.quoted("it's")).isEqualTo("'it'\\''s'");
  }
}
