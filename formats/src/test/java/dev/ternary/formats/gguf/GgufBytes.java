package dev.ternary.formats.gguf;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A GGUF file, put together byte by byte as docs/gguf.md of ggml says. */
final class GgufBytes {

  private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
  private final ByteArrayOutputStream infos = new ByteArrayOutputStream();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private long keyCount;
  private long tensorCount;

  private static byte[] number(long value, int bytes) {
    byte[] all = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return java.util.Arrays.copyOf(all, bytes);
  }

  private static void text(ByteArrayOutputStream to, String text) {
    to.writeBytes(number(text.getBytes(UTF_8).length, 8));
    to.writeBytes(text.getBytes(UTF_8));
  }

  GgufBytes uint32(String key, long value) {
    return value(key, 4, number(value, 4));
  }

  GgufBytes texts(String key, String... values) {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(number(8, 4));
    bytes.writeBytes(number(values.length, 8));
    for (String value : values) {
      text(bytes, value);
    }
    return value(key, 9, bytes.toByteArray());
  }

  GgufBytes value(String key, int type, byte[] bytes) {
    text(keys, key);
    keys.writeBytes(number(type, 4));
    keys.writeBytes(bytes);
    keyCount++;
    return this;
  }

  /** A tensor of shape {@code dims}, the innermost first. */
  GgufBytes tensor(String name, int type, byte[] bytes, long... dims) {
    while (data.size() % 32 != 0) {
      data.write(0);
    }
    text(infos, name);
    infos.writeBytes(number(dims.length, 4));
    for (long dim : dims) {
      infos.writeBytes(number(dim, 8));
    }
    infos.writeBytes(number(type, 4));
    infos.writeBytes(number(data.size(), 8));
    data.writeBytes(bytes);
    tensorCount++;
    return this;
  }

  byte[] bytes() {
    return bytes(3);
  }

  byte[] bytes(int version) {
    var all = new ByteArrayOutputStream();
    all.writeBytes("GGUF".getBytes(UTF_8));
    all.writeBytes(number(version, 4));
    all.writeBytes(number(tensorCount, 8));
    all.writeBytes(number(keyCount, 8));
    all.writeBytes(keys.toByteArray());
    all.writeBytes(infos.toByteArray());
    while (all.size() % 32 != 0) {
      all.write(0);
    }
    all.writeBytes(data.toByteArray());
    return all.toByteArray();
  }
}
