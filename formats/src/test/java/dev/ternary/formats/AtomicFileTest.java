package dev.ternary.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  @TempDir Path directory;

  @Test
  void writesAFileAndLeavesNothingElse() throws IOException {
    Path file = directory.resolve("a.txt");
    AtomicFile.writeString(file, IfExists.REFUSE, "ü");
    assertThat(file).hasContent("ü");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void refusesWhatExistsAndLeavesItAsItWas() throws IOException {
    Path file = Files.writeString(directory.resolve("a.txt"), "old");
    assertThatThrownBy(() -> AtomicFile.writeString(file, IfExists.REFUSE, "new"))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessage(file + ": exists already");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void refusesWhatCameIntoBeingWhileWriting() throws IOException {
    Path file = directory.resolve("a.txt");
    assertThatThrownBy(
            () -> AtomicFile.write(file, IfExists.REFUSE, out -> Files.writeString(file, "other")))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("exists already");
    assertThat(file).hasContent("other");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void replacesAndKeepsThePermissions() throws IOException {
    Path file = Files.writeString(directory.resolve("a.txt"), "old");
    Assumptions.assumeTrue(
        Files.getFileStore(file).supportsFileAttributeView("posix"), "no POSIX permissions here");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    AtomicFile.writeString(file, IfExists.REPLACE, "new");
    assertThat(file).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void writesThroughASymbolicLink() throws IOException {
    Path file = Files.writeString(directory.resolve("a.txt"), "old");
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    AtomicFile.writeString(link, IfExists.REPLACE, "new");
    assertThat(file).hasContent("new");
    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  void aFailureLeavesTheOldFileAndNoTemporaryOne() throws IOException {
    Path file = Files.writeString(directory.resolve("a.txt"), "old");
    assertThatThrownBy(() ->
            AtomicFile.write(
                file,
                IfExists.REPLACE,
                out -> {
                  out.write(ByteBuffer.wrap(new byte[10]));
                  throw new IOException("No space left on device");
                }))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + file + ": No space left on device");
    assertThatThrownBy(() ->
            AtomicFile.write(
                file,
                IfExists.REPLACE,
                out -> {
                  throw new IllegalStateException("bug");
                }))
        .hasMessage("bug");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void aMissingDirectoryAFileAsDirectoryAndADirectoryAsFileAreNamed() throws IOException {
    Path missing = directory.resolve("no").resolve("a.txt");
    assertThatThrownBy(() -> AtomicFile.writeString(missing, IfExists.REPLACE, ""))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + missing + ": there is no directory " + missing.getParent());
    Path file = Files.writeString(directory.resolve("file"), "");
    Path below = file.resolve("a.txt");
    assertThatThrownBy(() -> AtomicFile.writeString(below, IfExists.REPLACE, ""))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + below + ": " + file + " is not a directory");
    assertThatThrownBy(() -> AtomicFile.writeString(directory, IfExists.REPLACE, ""))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + directory + ": it is a directory");
  }

  @Test
  void aDirectoryThatIsNotWritableIsRefused() throws IOException {
    Path locked = Files.createDirectory(directory.resolve("locked"));
    Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
    Assumptions.assumeFalse(Files.isWritable(locked), "the user may write anywhere (root)");
    Path file = locked.resolve("a.txt");
    assertThatThrownBy(() -> AtomicFile.writeString(file, IfExists.REFUSE, ""))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + file + ": permission denied");
  }

  @Test
  void aDeviceIsNotReplaced() {
    Path device = Path.of("/dev/null");
    Assumptions.assumeTrue(Files.exists(device), "no /dev/null here");
    assertThatThrownBy(() -> AtomicFile.writeString(device, IfExists.REPLACE, "x"))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write /dev/null: it is not a regular file");
  }

  @Test
  void aFullDiskIsNamed() {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "no /dev/full here");
    assertThatThrownBy(() ->
            AtomicFile.write(
                directory.resolve("a"), IfExists.REFUSE, _ -> Files.write(full, new byte[10])))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left on device");
  }

  /** Ctrl-C sends SIGINT, which the JVM treats like the SIGTERM of {@code destroy}. */
  @Test
  void aProgramThatIsEndedWhileWritingLeavesTheOldFileOnly()
      throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("a.txt"), "old");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Path.of("target/classes") + File.pathSeparator + Path.of("target/test-classes"),
                EndlessWrite.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.getInputStream().read()).as("it has begun to write").isEqualTo('w');
    assertThat(names()).hasSize(2);
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("a.txt");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void oldFilesOfKilledProcessesAreSwept() throws IOException {
    // No process has so large a number.
    Path old = Files.writeString(directory.resolve(".out.999999999-0.tmp"), "old");
    Path young = Files.writeString(directory.resolve(".out.999999999-1.tmp"), "young");
    Path running =
        Files.writeString(
            directory.resolve(".out." + ProcessHandle.current().pid() + "-9.tmp"), "running");
    Path other = Files.writeString(directory.resolve(".other.999999999-0.tmp"), "of another file");
    Path mine = Files.writeString(directory.resolve(".out.mine.tmp"), "no name of ours");
    FileTime then = FileTime.from(Instant.now().minus(Duration.ofHours(2)));
    for (Path file : new Path[] {old, running, other, mine}) {
      Files.setLastModifiedTime(file, then);
    }
    AtomicFile.writeString(directory.resolve("out"), IfExists.REFUSE, "new");
    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(running).exists();
    assertThat(other).exists();
    assertThat(mine).exists();
    assertThat(directory.resolve("out")).hasContent("new");
  }

  @Test
  void aFolderInWhichNothingCanBeMadeIsNamedSo() {
    assumeThat(Path.of("/proc/self")).isDirectory();
    assertThatThrownBy(() -> AtomicFile.writeString(Path.of("/proc/ternary"), IfExists.REFUSE, "x"))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "cannot write /proc/ternary: (no file can be made in that directory|permission"
                + " denied)");
  }
}
