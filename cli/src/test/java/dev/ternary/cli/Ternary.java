package dev.ternary.cli;

import dev.ternary.cli.terminal.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * One run of the command inside this JVM.
 *
 * @param exitCode what the process would end with
 * @param out what it wrote to the output stream
 * @param err what it wrote to the error stream
 */
record Ternary(int exitCode, String out, String err) {

  static Ternary run(Object... args) {
    return within(Integer.MAX_VALUE, args);
  }

  /** The same on a terminal of so many columns. */
  static Ternary within(int columns, Object... args) {
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    var out = new StringWriter();
    var err = new StringWriter();
    var outWriter = new PrintWriter(out, true);
    var errWriter = new PrintWriter(err, true);
    Terminal terminal = new Terminal(outWriter, errWriter, false).withColumns(columns);
    int code = Main.run(words, terminal, outWriter, errWriter);
    return new Ternary(code, out.toString(), err.toString());
  }
}
