package dev.ternary.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The zip for who has no Maven, and what {@code ./ternary} says where it cannot build. */
class DistributionTest {

  private record Run(int exitCode, String text) {}

  private static Run run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), text);
  }

  @SuppressWarnings("unchecked") // the type of the attribute "permissions" of a zip
  private static Path unpack(Path zip, Path into) throws IOException {
    try (FileSystem files =
            FileSystems.newFileSystem(zip, Map.of("enablePosixFileAttributes", "true"));
        Stream<Path> all = Files.walk(files.getPath("/"))) {
      Files.createDirectory(into);
      for (Path file : all.toList()) {
        Path target = into.resolve(files.getPath("/").relativize(file).toString());
        if (!Files.exists(target)) {
          Files.copy(file, target);
          Files.setPosixFilePermissions(
              target, (Set<PosixFilePermission>) Files.getAttribute(file, "zip:permissions"));
        }
      }
    }
    return into;
  }

  @Test
  void theZipRunsWhereItWasUnpacked(@TempDir Path dir) throws Exception {
    assumeTrue(
        dir.getFileSystem().supportedFileAttributeViews().contains("posix"), "no shell here");
    Run made =
        run(
            Map.of("TERNARY_BUILD", "no", "TERNARY_DIST", dir.toString()),
            Repository.path("scripts/dist.sh").toString());
    assumeFalse(made.text().contains("is not built"), "not packaged, so there is nothing to zip");
    assertEquals(0, made.exitCode(), made.text());
    String name = "ternary-" + Repository.pomText("pom.xml", "version");
    Path folder = unpack(dir.resolve(name + ".zip"), dir.resolve("a b")).resolve(name);
    var missing = new ArrayList<String>();
    for (String file :
        List.of("LICENSE", "NOTICE", "README.md", "docs/embedding.md", "ternary.bat")) {
      if (!Files.exists(folder.resolve(file))) {
        missing.add(file);
      }
    }
    assertEquals(List.of(), missing);
    String program = folder.resolve("ternary").toString();
    Run doctor = run(Map.of(), program, "doctor");
    assertEquals(0, doctor.exitCode(), doctor.text());
    assertTrue(doctor.text().contains("vector") && doctor.text().contains("x86-avx2"));
    Path checkpoint = Repository.path("cli/src/test/resources/dev/ternary/cli/small.pt");
    Run inspect = run(Map.of(), program, "inspect", checkpoint.toString());
    assertEquals(0, inspect.exitCode(), inspect.text());
    assertTrue(inspect.text().contains("module.a  F32   [2]"), inspect.text());
    assertEquals(2, run(Map.of(), program, "inspect").exitCode());
    Run quickstart = run(Map.of(), program, "quickstart");
    assertEquals(1, quickstart.exitCode(), quickstart.text());
    assertTrue(quickstart.text().contains("scripts/dist.sh --pytorch"), quickstart.text());
    assertFalse(quickstart.text().contains("class path"), quickstart.text());
  }

  @Test
  void aFolderThatCannotBeWrittenIsSaidInWords(@TempDir Path dir) throws Exception {
    assumeTrue(
        dir.getFileSystem().supportedFileAttributeViews().contains("posix"), "no shell here");
    Path scripts = Files.createDirectory(dir.resolve("scripts"));
    for (String file : List.of("scripts/jdk25.sh", "scripts/start.sh", "ternary")) {
      Files.copy(Repository.path(file), dir.resolve(file));
    }
    assertTrue(Files.isDirectory(scripts));
    // A file where the folder should be cannot be written into by anybody, root included.
    Files.createDirectory(dir.resolve("cli"));
    Files.createFile(dir.resolve("cli/target"));
    Run run = run(Map.of(), "bash", dir.resolve("ternary").toString(), "inspect", "x");
    assertEquals(1, run.exitCode(), run.text());
    assertTrue(run.text().startsWith("ternary: it must be built, and "), run.text());
    assertEquals(2, run.text().lines().count(), run.text());
  }
}
