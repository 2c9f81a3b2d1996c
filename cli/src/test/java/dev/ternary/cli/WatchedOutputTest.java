package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.cli.terminal.WatchedOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As {@code ternary --help > /dev/full}. */
class WatchedOutputTest {

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private static WatchedOutput failing(String reason) {
    return new WatchedOutput(
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(reason);
          }
        });
  }

  @Test
  void aResultThatCannotBeWrittenIsAFailure() {
    int code = Main.run(new String[] {"--help"}, failing("No space left on device"), err);
    assertThat(code).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("ternary: cannot write the output: No space left on device");
  }

  @ParameterizedTest
  @CsvSource({"Broken pipe", "Bad file descriptor"})
  void aReaderThatHasGoneIsNone(String reason) {
    assertThat(Main.run(new String[] {"--help"}, failing(reason), err)).isZero();
    assertThat(err.size()).isZero();
  }

  @Test
  void whatIsWrittenIsWritten() {
    var out = new ByteArrayOutputStream();
    assertThat(Main.run(new String[] {"--version"}, new WatchedOutput(out), err)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("ternary 0");
  }
}
