import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code java Zip.java FOLDER FILE.zip}: packs a folder, with the right to execute. */
final class Zip {

  /** As the build's {@code outputTimestamp}: the same content makes the same file. */
  private static final FileTime TIME = FileTime.fromMillis(1_767_225_600_000L);

  private Zip() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]).toAbsolutePath();
    URI zip = URI.create("jar:" + Path.of(args[1]).toUri());
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.sorted().toList();
    }
    try (FileSystem target =
        FileSystems.newFileSystem(zip, Map.of("create", "true", "enablePosixFileAttributes", "true"))) {
      for (Path file : files) {
        Path to = target.getPath("/").resolve(folder.getParent().relativize(file).toString());
        Files.copy(file, to, LinkOption.NOFOLLOW_LINKS);
        Files.getFileAttributeView(to, PosixFileAttributeView.class)
            .setPermissions(Files.getPosixFilePermissions(file));
        Files.setLastModifiedTime(to, TIME);
      }
    }
  }
}
