package dev.ternary.formats;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A program that begins to replace the file it is given, says so with a "w", and never ends. */
final class EndlessWrite {

  private EndlessWrite() {}

  /** Runs until it is ended from outside. */
  public static void main(String[] args) throws IOException {
    AtomicFile.write(
        Path.of(args[0]),
        IfExists.REPLACE,
        out -> {
          out.write(ByteBuffer.wrap(new byte[1000]));
          try (OutputStream standard = new FileOutputStream(FileDescriptor.out)) {
            standard.write('w');
          }
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
          }
        });
  }
}
