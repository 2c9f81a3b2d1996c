package dev.ternary.cli.run;

import dev.ternary.cli.terminal.Table;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.report.Numbers;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Shows what a model says. */
final class Outputs {

  /** Samples that are shown of an array. */
  private static final int SHOWN = 20;

  private final Terminal terminal;
  private final Answers answers;
  private final int nameWidth;

  /** For pictures in these files, or for an array. */
  Outputs(Terminal terminal, Answers answers, List<Path> files) {
    this.terminal = terminal;
    this.answers = answers;
    this.nameWidth = files.stream().mapToInt(file -> file.toString().length()).max().orElse(0);
  }

  /** One line for one class, or a line for each of several. */
  void picture(Path file, float[] outputs) {
    String name = Table.printable(file.toString());
    if (outputs.length == 1) {
      terminal.line(padded(name) + "  " + Numbers.fixed(outputs[0], 3));
    } else if (answers.told(outputs.length) == 1) {
      terminal.line(padded(name) + "  " + answers.of(outputs).getFirst());
    } else {
      several(name, outputs);
    }
  }

  private String padded(String name) {
    return name + " ".repeat(Math.max(0, nameWidth - name.length()));
  }

  private void several(String title, float[] outputs) {
    terminal.line(title);
    for (Answers.Answer answer : answers.of(outputs)) {
      String percent = answer.percent();
      terminal.line(
          "  " + " ".repeat(Math.max(0, 5 - percent.length())) + percent + "  " + answer.name());
    }
  }

  /** Says how classes get names, where the model has none. */
  void askForNames(Shape output) {
    if (answers.card().classes().isEmpty() && output.elements() > 1) {
      terminal.note(
          "note: the model has no names of its "
              + output.elements()
              + " classes: --classes FILE, one a line, gives them here, and with 'convert' or"
              + " 'quantize' for good");
    }
  }

  /** The first samples of a batch. */
  void samples(Tensor y) {
    int samples = Math.toIntExact(y.shape().dim(0));
    int outputs = Math.toIntExact(y.shape().elements() / samples);
    float[] values = y.toFloatArray();
    var rows = new ArrayList<List<String>>();
    for (int i = 0; i < Math.min(samples, SHOWN); i++) {
      float[] each = Arrays.copyOfRange(values, i * outputs, (i + 1) * outputs);
      if (outputs > Answers.FEW || answers.told(outputs) > 1) {
        several("sample " + i, each);
      } else {
        rows.add(List.of(String.valueOf(i), largest(each), numbers(each)));
      }
    }
    if (!rows.isEmpty()) {
      terminal.table(List.of("sample", "largest", "outputs"), rows);
    }
    if (samples > SHOWN) {
      terminal.line("... and " + (samples - SHOWN) + " more; --output writes all");
    }
  }

  /** Its name and share where there are names; else nobody knows that these are classes. */
  private String largest(float[] outputs) {
    Answers.Answer answer = answers.of(outputs).getFirst();
    return answers.card().classes().isEmpty()
        ? answer.name().replace("class ", "")
        : answer.toString();
  }

  private static String numbers(float[] outputs) {
    var text = new StringBuilder();
    for (float value : outputs) {
      text.append(text.isEmpty() ? "" : " ").append(Numbers.fixed(value, 3));
    }
    return text.toString();
  }

  /** How long it took. */
  void time(long count, String what, long nanos) {
    terminal.note(
        count
            + " "
            + what
            + (count == 1 ? "" : "s")
            + " in "
            + Numbers.fixed(nanos / 1e6, 2)
            + " ms, first call included");
  }
}
