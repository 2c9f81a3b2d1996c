package dev.ternary.cli.pytorch;

import dev.ternary.cli.Main;
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
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    var out = new StringWriter();
    var err = new StringWriter();
    int code = Main.run(words, new PrintWriter(out, true), new PrintWriter(err, true));
    return new Ternary(code, out.toString(), err.toString());
  }
}
