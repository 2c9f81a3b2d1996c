package dev.ternary.cli.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * A stream of the process that remembers why it could not be written, which a {@link
 * java.io.PrintWriter} does not say.
 */
public final class WatchedOutput extends OutputStream {

  private final OutputStream out;
  private volatile Optional<String> failure = Optional.empty();

  /** Watches {@code out}. */
  public WatchedOutput(OutputStream out) {
    this.out = out;
  }

  /**
   * Why not all was written; empty where it was, or where nobody wants it: the reader of a pipe has
   * gone, or there was no stream from the start.
   */
  public Optional<String> failure() {
    return failure.filter(
        reason -> !reason.contains("Broken pipe") && !reason.contains("Bad file descriptor"));
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    try {
      out.write(bytes, from, length);
    } catch (IOException e) {
      failure = Optional.of(String.valueOf(e.getMessage()));
      throw e;
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
