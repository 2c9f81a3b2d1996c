package dev.ternary.cli.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReadmeTest {

  /** Maven runs tests in the folder of their module. */
  private static final Path ROOT = Path.of("..");

  @Test
  void showsTheExampleThatTheQuickstartTestRuns() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/dev/ternary/cli/pytorch/ReadmeExample.java"));
    String example =
        source
            .substring(
                source.indexOf("// README: begin\n") + "// README: begin\n".length(),
                source.indexOf("    // README: end"))
            .stripTrailing() // An empty last line would count as one without indentation.
            .stripIndent()
            .replace("  return digits[0];\n", "");
    assertThat(Files.readString(ROOT.resolve("README.md")))
        .contains("```java\n" + example + "\n```");
  }

  @Test
  void linksOnlyToFilesThatAreThere() throws IOException {
    var links =
        Pattern.compile("\\]\\(([^)#:]+)\\)").matcher(Files.readString(ROOT.resolve("README.md")));
    while (links.find()) {
      assertThat(ROOT.resolve(links.group(1))).exists();
    }
  }
}
