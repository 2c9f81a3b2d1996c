package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * All bytes of a file.
 *
 * @param path the file, for messages
 */
record FileBytes(Path path, MemorySegment bytes) {

  long size() {
    return bytes.byteSize();
  }

  /**
   * The {@code length} bytes from {@code offset}.
   *
   * @param what names them in the message if the file ends before
   */
  MemorySegment slice(long offset, long length, String what) throws FormatException {
    if (offset < 0 || length < 0 || offset > size() || length > size() - offset) {
      throw new FormatException(
          path,
          Math.clamp(offset, 0, size()),
          what
              + " needs "
              + length
              + " bytes from byte "
              + offset
              + ", but the file has "
              + size()
              + "; was it cut short?");
    }
    return bytes.asSlice(offset, length);
  }
}
