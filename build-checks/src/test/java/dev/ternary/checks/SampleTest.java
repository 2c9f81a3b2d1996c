package dev.ternary.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.checks.ModuleTable.Module;
import dev.ternary.kernel.Kernels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Builds the project in samples/maven as its user would, against the jars of this build, and runs
 * it. They are installed into a repository of the test's own, which shows Maven everything else in
 * the user's, so nothing is downloaded twice and nothing of ours gets there.
 */
@Tag("long")
class SampleTest {

  private static final String VERSION = Repository.pomText("pom.xml", "version");

  private static Path jar(Module module) {
    return Repository.path(
        module.name() + "/target/ternary-" + module.name() + "-" + VERSION + ".jar");
  }

  private static void linkAll(Path from, Path to, String except) throws IOException {
    Files.createDirectories(to);
    if (Files.isDirectory(from)) {
      try (Stream<Path> entries = Files.list(from)) {
        for (Path entry : entries.filter(e -> !e.endsWith(except)).toList()) {
          Files.createSymbolicLink(to.resolve(entry.getFileName().toString()), entry);
        }
      }
    }
  }

  private static void install(Path ours, String artifact, Path pom) throws IOException {
    Path folder = Files.createDirectories(ours.resolve(artifact).resolve(VERSION));
    Files.copy(pom, folder.resolve(artifact + "-" + VERSION + ".pom"));
  }

  private static Path repository(Path dir) throws IOException {
    Path users = Path.of(System.getProperty("maven.repo.local", ""));
    if (users.toString().isEmpty()) {
      users = Path.of(System.getProperty("user.home"), ".m2", "repository");
    }
    linkAll(users, dir, "dev");
    linkAll(users.resolve("dev"), dir.resolve("dev"), "ternary");
    Path ours = Files.createDirectories(dir.resolve("dev/ternary"));
    install(ours, "ternary-parent", Repository.path("pom.xml"));
    install(ours, "ternary-bom", Repository.path("bom/pom.xml"));
    for (Module module : ModuleTable.MODULES) {
      if (module.published()) {
        String artifact = "ternary-" + module.name();
        install(ours, artifact, Repository.path(module.name() + "/pom.xml"));
        Path jar = jar(module);
        assumeTrue(Files.exists(jar), "not packaged, so there is nothing to install: " + jar);
        Files.copy(jar, ours.resolve(artifact).resolve(VERSION).resolve(jar.getFileName()));
      }
    }
    return dir;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.filter(f -> !f.startsWith(from.resolve("target"))).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static String run(Path folder, List<String> command)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), command + " printed\n" + text);
    return text;
  }

  @Test
  void theSampleIsBuiltFromOurJarsAndPredicts(@TempDir Path dir) throws Exception {
    assumeTrue(!System.getProperty("os.name").startsWith("Windows"), "mvn is no program there");
    Path repository = repository(dir.resolve("repository"));
    Path project = Files.createDirectory(dir.resolve("project"));
    copy(Repository.path("samples/maven"), project);
    run(project, List.of("mvn", "-q", "-B", "-Dmaven.repo.local=" + repository, "package"));
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Duser.language=en", "-jar", "target/xor-1.0.jar"));
    String printed = run(project, command);
    assertTrue(printed.contains("0 xor 0 = 0\n0 xor 1 = 1\n1 xor 0 = 1\n1 xor 1 = 0\n"), printed);
    // The jar was shaded without merging META-INF/services, and has all kernels nevertheless.
    assertTrue(printed.contains("ternary kernel: " + Kernels.best().name()), printed);
  }
}
