package dev.ternary.formats.pytorch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles opcode by opcode, and checkpoints around them. */
final class Pickles {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Begins with protocol 2. */
  Pickles() {
    op(0x80, 2);
  }

  Pickles op(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  /** Opcodes that are characters. */
  Pickles op(String ops) {
    out.writeBytes(ops.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  Pickles text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return op("X").u32(bytes.length).raw(bytes);
  }

  Pickles number(long value) {
    return op(0x8a, 8).raw(little(8).putLong(value).array());
  }

  Pickles numbers(long... values) {
    op("(");
    for (long value : values) {
      number(value);
    }
    return op("t");
  }

  Pickles global(String module, String name) {
    return op("c" + module + "\n" + name + "\n");
  }

  Pickles u32(int value) {
    return raw(little(4).putInt(value).array());
  }

  Pickles raw(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** A float32 tensor over the storage '0' of {@code elements}. */
  Pickles tensor(int elements, long offset, long[] sizes, long[] strides) {
    return tensor("FloatStorage", elements, offset, sizes, strides);
  }

  Pickles tensor(String storage, int elements, long offset, long[] sizes, long[] strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op("((")
        .text("storage")
        .global("torch", storage)
        .text("0")
        .text("cpu")
        .number(elements)
        .op("tQ")
        .number(offset)
        .numbers(sizes)
        .numbers(strides)
        .op(0x89)
        .op("NtR");
  }

  byte[] stop() {
    op(".");
    return out.toByteArray();
  }

  /** Writes a checkpoint with this pickle and a storage '0' of four floats 0, 1, 2, 3. */
  Path zip(Path file) throws IOException {
    return zip(file, "little");
  }

  Path zip(Path file, String byteOrder) throws IOException {
    byte[] storage = little(16).putFloat(0).putFloat(1).putFloat(2).putFloat(3).array();
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      store(zip, "x/data.pkl", stop());
      store(zip, "x/byteorder", byteOrder.getBytes(StandardCharsets.ISO_8859_1));
      store(zip, "x/data/0", storage);
    }
    return file;
  }

  private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    var entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    var crc = new CRC32();
    crc.update(bytes);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
