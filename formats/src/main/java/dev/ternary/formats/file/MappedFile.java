package dev.ternary.formats.file;

import dev.ternary.formats.FormatException;
import dev.ternary.tensor.MemoryOwners;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A whole file as read-only memory, owned by this object. Usable from all threads until {@link
 * #close}. If another process shortens the file meanwhile, reading what is gone makes the JVM throw
 * {@link InternalError}; nothing can be done about that but not to shorten files in use.
 */
public final class MappedFile implements AutoCloseable {

  private final Path path;
  private final Arena arena;
  private final MemorySegment bytes;
  private boolean closed;

  private MappedFile(Path path, Arena arena, MemorySegment bytes) {
    this.path = path;
    this.arena = arena;
    this.bytes = bytes;
  }

  /**
   * Maps a file.
   *
   * @throws IOException if it cannot be read; the message names the file and the reason
   */
  @SuppressWarnings("MustBeClosedChecker") // closed by close(), or here where mapping fails
  public static MappedFile open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException("cannot read " + path + ": it is a directory");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      // A pipe has the size 0 and would be taken for an empty file.
      throw new IOException(
          "cannot read " + path + ": it is a pipe or device and no file; write it to a file first");
    }
    Arena arena = Arena.ofShared();
    boolean mapped = false;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      var bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      MemoryOwners.name(arena.scope(), path.toString());
      mapped = true;
      return new MappedFile(path, arena, bytes);
    } catch (NoSuchFileException e) {
      throw new IOException("cannot read " + path + ": there is no such file", e);
    } catch (AccessDeniedException e) {
      throw new IOException("cannot read " + path + ": permission denied", e);
    } catch (IOException e) {
      throw new IOException("cannot read " + path + ": " + e.getMessage(), e);
    } finally {
      if (!mapped) {
        arena.close();
      }
    }
  }

  /** The file as it was named to {@link #open}. */
  public Path path() {
    return path;
  }

  /** All bytes; they live until {@link #close}. */
  public MemorySegment bytes() {
    return bytes;
  }

  /** Number of bytes in the file. */
  public long size() {
    return bytes.byteSize();
  }

  /**
   * The {@code length} bytes from {@code offset}.
   *
   * @param what names them in the message if the file ends before
   */
  public MemorySegment slice(long offset, long length, String what) throws FormatException {
    if (length < 0 || offset > size() || length > size() - offset) {
      throw new FormatException(
          path,
          Math.min(offset, size()),
          what
              + " needs "
              + length
              + " bytes, but the file has only "
              + Math.max(0, size() - offset)
              + " more");
    }
    return bytes.asSlice(offset, length);
  }

  /** Unmaps the file; its memory cannot be read any more. Does nothing when called again. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      arena.close();
    }
  }
}
