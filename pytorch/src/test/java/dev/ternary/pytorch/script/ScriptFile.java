package dev.ternary.pytorch.script;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** TorchScript archives: those that make_scripts.py wrote, and programs without weights. */
final class ScriptFile {

  private ScriptFile() {}

  /** A copy of a file beside make_scripts.py. */
  static Path golden(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = ScriptFile.class.getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(in, name), file);
    }
    return file;
  }

  /** An archive whose one class has this {@code forward}, from its first line on. */
  static Path of(Path folder, String forward) throws IOException {
    return withCode(folder, "class Net(Module):\n  def " + forward.indent(4).strip() + "\n");
  }

  /** An archive with a module of class {@code Net}, which this program defines. */
  static Path withCode(Path folder, String code) throws IOException {
    Path file = folder.resolve("net.pt");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "net/data.pkl", "\u0080\u0002c__torch__\nNet\n)\u0081}b.");
      add(zip, "net/constants.pkl", "\u0080\u0002).");
      add(zip, "net/code/__torch__.py", code);
      add(zip, "net/version", "3\n");
    }
    return file;
  }

  private static void add(ZipOutputStream zip, String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    var sum = new CRC32();
    sum.update(bytes);
    var entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(sum.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
  }
}
