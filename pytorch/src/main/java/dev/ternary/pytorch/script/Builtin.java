package dev.ternary.pytorch.script;

import java.util.Arrays;
import java.util.Optional;

/** What a program calls that is no operator on values alone. */
enum Builtin {
  GET_ATTRIBUTE("getattr", 2),
  ANNOTATE("annotate", 2),
  CAST("unchecked_cast", 2),
  UNSET("uninitialized", 1),
  INT("int", 1),
  FLOAT("float", 1),
  BOOL("bool", 1),
  FORMAT("torch.format", 1),
  RAISE("ops.prim.RaiseException", 1);

  private final String word;
  private final int least;

  Builtin(String word, int least) {
    this.word = word;
    this.least = least;
  }

  /** How many arguments it needs. */
  int least() {
    return least;
  }

  /** The one that a program calls so. */
  static Optional<Builtin> of(String word) {
    return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
  }
}
