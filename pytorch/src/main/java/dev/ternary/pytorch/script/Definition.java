package dev.ternary.pytorch.script;

import dev.ternary.formats.pytorch.ScriptCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a file of a program defines. */
sealed interface Definition {

  /**
   * A function or method.
   *
   * @param parameters in order, {@code self} among them
   */
  record Function(ScriptCode file, String name, List<Parameter> parameters, List<Statement> body)
      implements Definition {}

  /**
   * What a function takes.
   *
   * @param type as the program spells it
   */
  record Parameter(String name, String type, Optional<Expression> otherwise) {}

  /**
   * A class.
   *
   * @param constants values that all of its objects have
   */
  record Type(
      ScriptCode file,
      String name,
      Map<String, Function> methods,
      Map<String, Expression> constants)
      implements Definition {}
}
