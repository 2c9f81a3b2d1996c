package dev.ternary.pytorch.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitGuardTest {

  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofSeconds(60);

  /** 128 and the number of SIGTERM. */
  private static final int ENDED = 143;

  @TempDir private Path directory;

  @Test
  void theExitWaitsForTheStepThatRuns() throws InterruptedException {
    var guard = new ExitGuard(LONG);
    var exit = new Thread(guard::end);
    try (var _ = guard.begin()) {
      exit.start();
      assertThat(exit.join(SHORT)).isFalse();
    }
    assertThat(exit.join(LONG)).isTrue();
  }

  @Test
  void theExitWaitsUntilTheOuterOfTwoStepsEnds() throws InterruptedException {
    var guard = new ExitGuard(LONG);
    var exit = new Thread(guard::end);
    try (var _ = guard.begin()) {
      exit.start();
      assertThat(exit.join(SHORT)).isFalse();
      guard.begin().close();
      assertThat(exit.join(SHORT)).isFalse();
    }
    assertThat(exit.join(LONG)).isTrue();
  }

  @Test
  void theExitDoesNotWaitForeverForAStepThatHangs() throws InterruptedException {
    var guard = new ExitGuard(SHORT);
    var exit = new Thread(guard::end);
    try (var _ = guard.begin()) {
      exit.start();
      assertThat(exit.join(LONG)).isTrue();
    }
  }

  @Test
  void aStepThatWouldBeginAfterTheExitIsRefusedOnceThePatienceIsOver() {
    var guard = new ExitGuard(SHORT);
    guard.end();
    long start = System.nanoTime();
    assertThatThrownBy(guard::begin)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the JVM is ending: no step of PyTorch begins any more");
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.toNanos());
  }

  @Test
  void anInterruptedStepIsRefusedAtOnceAndStaysInterrupted() throws InterruptedException {
    var guard = new ExitGuard(LONG);
    guard.end();
    var refused = new CountDownLatch(1);
    var step =
        new Thread(() -> {
          assertThatThrownBy(guard::begin).isInstanceOf(IllegalStateException.class);
          assertThat(Thread.currentThread().isInterrupted()).isTrue();
          refused.countDown();
        });
    step.start();
    step.interrupt();
    assertThat(refused.await(30, TimeUnit.SECONDS)).isTrue();
  }

  /** Without the guard, most of these processes crash in {@code at::accelerator}. */
  @Test
  void aTrainingThatIsEndedInsideABackwardPassEndsWithoutACrash() throws Exception {
    var random = new SplittableRandom(1);
    for (int attempt = 0; attempt < 4; attempt++) {
      Process process = start("train");
      try (BufferedReader lines = process.inputReader()) {
        readBackwards(lines, 2);
        Thread.sleep(random.nextInt(300));
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      } finally {
        process.destroyForcibly();
      }
      assertThat(process.exitValue()).as(errors()).isEqualTo(ENDED);
    }
    assertThat(names()).containsExactly("errors");
  }

  @Test
  void anExitThatAStepCallsForDoesNotWaitForThatStep() throws Exception {
    Process process = start("exit");
    try (BufferedReader lines = process.inputReader()) {
      readBackwards(lines, 3);
      assertThat(process.waitFor(8, TimeUnit.SECONDS)).as("less than the patience").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(errors()).isEqualTo(7);
    assertThat(names()).containsExactly("errors");
  }

  private Process start(String mode) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-DDJL_CACHE_DIR=" + System.getProperty("DJL_CACHE_DIR", ""));
    command.addAll(Arrays.asList("-cp", classPath(), SlowTraining.class.getName(), mode));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectError(directory.resolve("errors").toFile())
        .start();
  }

  private static String classPath() {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    var absolute = new ArrayList<String>();
    for (String entry : path.split(File.pathSeparator, -1)) {
      absolute.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, absolute);
  }

  private void readBackwards(BufferedReader lines, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      String line = lines.readLine();
      assertThat(line).as(errors()).isEqualTo("backward");
    }
  }

  private String errors() throws IOException {
    return Files.readString(directory.resolve("errors"));
  }

  private String[] names() throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toArray(String[]::new);
    }
  }
}
