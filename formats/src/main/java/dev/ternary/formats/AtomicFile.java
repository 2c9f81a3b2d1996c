package dev.ternary.formats;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes a file whole or not at all. The bytes go to a temporary file in the same directory, are
 * forced to the disk, and only then take the target's name; on any failure, and when the JVM is
 * asked to end meanwhile (Ctrl-C, SIGTERM), the temporary file is removed and the target is as
 * before. Safe for use from many threads.
 */
public final class AtomicFile {

  private static final Pending PENDING = new Pending();

  private AtomicFile() {}

  /** Writes the bytes of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes all bytes to {@code out}, which blocks; the caller closes it. */
    void writeTo(WritableByteChannel out) throws IOException;
  }

  /**
   * Writes {@code content} to {@code target}.
   *
   * @throws FileAlreadyExistsException if the target exists and {@code ifExists} refuses that; the
   *     message names the file
   * @throws IOException if the directory is missing or not writable, the disk is full, or the
   *     content fails; the message names the target and the reason
   */
  public static void write(Path target, IfExists ifExists, Content content) throws IOException {
    try (Open file = open(target, ifExists)) {
      try {
        content.writeTo(file.channel());
      } catch (IOException e) {
        throw named(target, e);
      }
      file.commit();
    }
  }

  /**
   * Begins a file that is written piece by piece; {@link Open#commit} gives it its name.
   *
   * @throws FileAlreadyExistsException if the target exists and {@code ifExists} refuses that
   * @throws IOException if the directory is missing or not writable
   */
  public static Open open(Path target, IfExists ifExists) throws IOException {
    Path real = Files.isSymbolicLink(target) && Files.exists(target) ? target.toRealPath() : target;
    requireWritable(target, real, ifExists);
    try {
      Leftovers.sweep(directoryOf(real), start(real));
      Path temporary = PENDING.create(real);
      return new Open(target, real, temporary, ifExists);
    } catch (IOException e) {
      throw named(target, e);
    }
  }

  private static IOException named(Path target, IOException e) {
    return e instanceof FormatException || e instanceof FileAlreadyExistsException
        ? e // Both name a file and say what is wrong.
        : new IOException("cannot write " + target + ": " + reason(e), e);
  }

  /** A file that has not its name yet. Closed without {@link #commit}, it never was. */
  public static final class Open implements AutoCloseable {

    private final Path target;
    private final Path real;
    private final Path temporary;
    private final IfExists ifExists;
    private final FileChannel channel;

    private Open(Path target, Path real, Path temporary, IfExists ifExists) throws IOException {
      this.target = target;
      this.real = real;
      this.temporary = temporary;
      this.ifExists = ifExists;
      boolean opened = false;
      try {
        this.channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
        opened = true;
      } finally {
        if (!opened) {
          PENDING.remove(temporary);
        }
      }
    }

    /** Where the bytes go, at any position. */
    public FileChannel channel() {
      return channel;
    }

    /** An error of writing, with a message that names the file and the reason. */
    public IOException failed(IOException e) {
      return named(target, e);
    }

    /**
     * Forces the bytes to the disk and gives the file its name.
     *
     * @throws IOException if that cannot be done; the target is as before then
     */
    public void commit() throws IOException {
      try {
        channel.force(true);
        channel.close();
        publish(temporary, real, target, ifExists);
      } catch (IOException e) {
        throw named(target, e);
      }
      forceDirectory(real);
    }

    /** Removes what was not committed. */
    @Override
    public void close() throws IOException {
      channel.close();
      PENDING.remove(temporary);
    }
  }

  /** Writes {@code text} as UTF-8. */
  public static void writeString(Path target, IfExists ifExists, String text) throws IOException {
    write(
        target,
        ifExists,
        out -> {
          ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
          while (bytes.hasRemaining()) {
            out.write(bytes);
          }
        });
  }

  private static void requireWritable(Path target, Path real, IfExists ifExists)
      throws IOException {
    if (Files.isDirectory(real)) {
      throw new IOException("cannot write " + target + ": it is a directory");
    }
    if (Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
      if (ifExists == IfExists.REFUSE) {
        throw existsAlready(target);
      }
      if (Files.exists(real) && !Files.isRegularFile(real)) {
        throw new IOException("cannot write " + target + ": it is not a regular file");
      }
    }
    Path directory = directoryOf(real);
    if (!Files.isDirectory(directory)) {
      throw new IOException(
          "cannot write "
              + target
              + ": "
              + (Files.exists(directory)
                  ? directory + " is not a directory"
                  : "there is no directory " + directory));
    }
  }

  private static void publish(Path temporary, Path real, Path target, IfExists ifExists)
      throws IOException {
    if (ifExists == IfExists.REFUSE) {
      try {
        // Unlike a move, a link fails where another process made the file meanwhile.
        Files.createLink(real, temporary);
        return;
      } catch (FileAlreadyExistsException e) {
        throw (IOException) existsAlready(target).initCause(e);
      } catch (UnsupportedOperationException | FileSystemException _) {
        // This file system has no links; a check and a move is the next best.
        if (Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
          throw existsAlready(target);
        }
      }
    } else {
      keepPermissions(real, temporary);
    }
    try {
      Files.move(temporary, real, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException _) {
      Files.move(temporary, real, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** A file that only its owner could read stays so. */
  private static void keepPermissions(Path real, Path temporary) throws IOException {
    var from = Files.getFileAttributeView(real, PosixFileAttributeView.class);
    var to = Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
    if (from != null && to != null && Files.exists(real)) {
      to.setPermissions(from.readAttributes().permissions());
    }
  }

  /** Makes the new name durable where the system can do that; the file's bytes already are. */
  private static void forceDirectory(Path real) {
    try (FileChannel directory = FileChannel.open(directoryOf(real), StandardOpenOption.READ)) {
      directory.force(true);
    } catch (IOException _) {
      // Windows opens no directories. The file is complete either way.
    }
  }

  private static FileAlreadyExistsException existsAlready(Path target) {
    return new FileAlreadyExistsException(target.toString(), null, "exists already");
  }

  /** What the names of temporary files for this target begin with. */
  private static String start(Path target) {
    String name = String.valueOf(target.getFileName());
    return "." + name.substring(0, Math.min(name.length(), 40)) + ".";
  }

  private static Path directoryOf(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException gone when Files.isDirectory(directoryOf(Path.of(gone.getFile()))) ->
          "no file can be made in that directory";
      case NoSuchFileException _ -> "the file or its directory was removed meanwhile";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }

  /** Temporary files that are being written; removed when the JVM ends. */
  private static final class Pending {

    private final Set<Path> files = new HashSet<>();
    private long created;
    private boolean hooked;
    private boolean ended;

    synchronized Path create(Path target) throws IOException {
      if (ended) {
        throw new IOException("the program is ending");
      }
      if (!hooked) {
        try {
          Runtime.getRuntime().addShutdownHook(new Thread(this::removeAll, "remove-temporary"));
        } catch (IllegalStateException e) {
          throw new IOException("the program is ending", e);
        }
        hooked = true;
      }
      while (true) {
        Path temporary = directoryOf(target).resolve(name(target));
        try {
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
              .close();
          files.add(temporary);
          return temporary;
        } catch (FileAlreadyExistsException _) {
          // Left by a process that was killed and had our number; the next name is free.
        }
      }
    }

    private String name(Path target) {
      return start(target) + ProcessHandle.current().pid() + "-" + created++ + ".tmp";
    }

    synchronized void remove(Path temporary) throws IOException {
      Files.deleteIfExists(temporary);
      files.remove(temporary);
    }

    private synchronized void removeAll() {
      ended = true;
      for (Path temporary : files) {
        try {
          Files.deleteIfExists(temporary);
        } catch (IOException _) {
          // The JVM is ending and nobody is left to tell.
        }
      }
    }
  }
}
