package dev.ternary.formats.file;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/** Moving bytes between memory and files. */
public final class Segments {

  private static final int CHUNK = 1 << 20;

  private Segments() {}

  /** Writes all bytes of {@code from}. */
  public static void write(MemorySegment from, WritableByteChannel to) throws IOException {
    byte[] chunk = new byte[(int) Math.min(CHUNK, from.byteSize())];
    for (long at = 0; at < from.byteSize(); at += chunk.length) {
      int length = (int) Math.min(chunk.length, from.byteSize() - at);
      MemorySegment.copy(from, JAVA_BYTE, at, chunk, 0, length);
      write(ByteBuffer.wrap(chunk, 0, length), to);
    }
  }

  /** Writes all bytes of {@code from} to a file from {@code at} on. */
  public static void write(MemorySegment from, FileChannel to, long at) throws IOException {
    long written = 0;
    while (written < from.byteSize()) {
      long length = Math.min(CHUNK, from.byteSize() - written);
      ByteBuffer chunk = from.asSlice(written, length).asByteBuffer();
      while (chunk.hasRemaining()) {
        written += to.write(chunk, at + written);
      }
    }
  }

  /** Writes what is left in {@code from}. */
  public static void write(ByteBuffer from, WritableByteChannel to) throws IOException {
    while (from.hasRemaining()) {
      to.write(from);
    }
  }

  /** Turns the bytes of each element of {@code width} 1, 2, 4 or 8 round, in place. */
  public static void swapBytes(MemorySegment elements, int width) {
    for (long at = 0; at < elements.byteSize(); at += width) {
      switch (width) {
        case 1 -> {
          return;
        }
        case 2 ->
            elements.set(
                JAVA_SHORT_UNALIGNED,
                at,
                Short.reverseBytes(elements.get(JAVA_SHORT_UNALIGNED, at)));
        case 4 ->
            elements.set(
                JAVA_INT_UNALIGNED, at, Integer.reverseBytes(elements.get(JAVA_INT_UNALIGNED, at)));
        case 8 ->
            elements.set(
                JAVA_LONG_UNALIGNED, at, Long.reverseBytes(elements.get(JAVA_LONG_UNALIGNED, at)));
        default -> throw new AssertionError("elements of " + width + " bytes");
      }
    }
  }
}
