package dev.ternary.cli.terminal;

import java.io.PrintWriter;

/**
 * Where notes and bars go.
 *
 * @param err the stream
 * @param interactive whether a person watches it
 * @param columns characters in one of its lines; {@link Integer#MAX_VALUE} where lines do not end
 */
record Screen(PrintWriter err, boolean interactive, int columns) {

  /** Writes a line. */
  void note(String text) {
    err.println(text);
    err.flush();
  }

  /** Overwrites the line of the cursor. */
  void redraw(String text) {
    err.print("\r" + text + "\u001b[K");
    err.flush();
  }
}
