package dev.ternary.formats;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Bytes in a file that its format does not allow. The message names the file and where in it, such
 * as {@code model.safetensors at byte 1284: tensor 'a' overlaps tensor 'b'}.
 */
public final class FormatException extends IOException {

  private static final long serialVersionUID = 1;

  private final transient Path file;
  private final long offset;
  private final String reason;

  /**
   * Bad bytes at {@code offset} of {@code file}.
   *
   * @param file the file, named in the message as given
   * @param offset offset in the file of the bytes that are wrong, or of what is missing
   * @param reason what was wrong, what was expected and what was found
   */
  public FormatException(Path file, long offset, String reason) {
    super(file + " at byte " + offset + ": " + reason);
    this.file = file;
    this.offset = offset;
    this.reason = reason;
  }

  /** The same with the exception that showed it. */
  public FormatException(Path file, long offset, String reason, Throwable cause) {
    this(file, offset, reason);
    initCause(cause);
  }

  /** The file, as the caller named it. */
  public Path file() {
    return file;
  }

  /** Offset in the file, from 0. */
  public long offset() {
    return offset;
  }

  /** The message without file and offset. */
  public String reason() {
    return reason;
  }
}
