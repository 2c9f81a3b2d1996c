package dev.ternary.cli.pytorch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** A data set in MNIST's files that is learnt in seconds: class c is a bright row c. */
final class TinyDigits {

  private TinyDigits() {}

  static void write(Path folder) throws IOException {
    write(folder, 10);
  }

  /** With so many classes, at most ten. */
  static void write(Path folder, int classes) throws IOException {
    write(folder, "train", 4000, classes);
    write(folder, "t10k", 100, classes);
  }

  private static void write(Path folder, String part, int count, int classes) throws IOException {
    var random = new SplittableRandom(count);
    byte[] pixels = new byte[count * 100];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % classes);
      for (int p = 0; p < 100; p++) {
        int bright = p / 10 == i % classes ? 200 : 0;
        pixels[100 * i + p] = (byte) (bright + random.nextInt(50));
      }
    }
    Files.write(folder.resolve(part + "-images-idx3-ubyte"), idx(pixels, count, 10, 10));
    Files.write(folder.resolve(part + "-labels-idx1-ubyte"), idx(labels, count));
  }

  private static byte[] idx(byte[] data, int... dims) throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {0, 0, 8, (byte) dims.length});
    for (int dim : dims) {
      bytes.write(ByteBuffer.allocate(4).putInt(dim).array());
    }
    bytes.write(data);
    return bytes.toByteArray();
  }
}
