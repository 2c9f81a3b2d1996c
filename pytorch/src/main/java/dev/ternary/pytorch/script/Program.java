package dev.ternary.pytorch.script;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.pytorch.ScriptCode;
import dev.ternary.formats.pytorch.TorchScriptArchive;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The functions and classes of an archive, read as they are needed. */
final class Program {

  private final TorchScriptArchive archive;
  private final Map<String, Map<String, Definition>> files = new HashMap<>();

  Program(TorchScriptArchive archive) {
    this.archive = archive;
  }

  /** What is called so; empty if the program defines nothing of this name. */
  Optional<Definition> find(String qualified) throws FormatException {
    int dot = qualified.lastIndexOf('.');
    if (dot < 0) {
      return Optional.empty();
    }
    String file = "code/" + qualified.substring(0, dot).replace('.', '/') + ".py";
    ScriptCode code = archive.code().get(file);
    if (code == null) {
      return Optional.empty();
    }
    Map<String, Definition> found = files.get(file);
    if (found == null) {
      found = read(code);
      files.put(file, found);
    }
    return Optional.ofNullable(found.get(qualified.substring(dot + 1)));
  }

  /** The class of a module. */
  Definition.Type type(String qualified) throws FormatException {
    if (find(qualified).orElse(null) instanceof Definition.Type type) {
      return type;
    }
    throw new FormatException(
        archive.path(), 0, "the program defines no class " + Text.quote(qualified));
  }

  private Map<String, Definition> read(ScriptCode code) throws FormatException {
    try {
      return ProgramParser.read(code);
    } catch (SyntaxException e) {
      throw error(code, e.line(), Text.message(e), e);
    }
  }

  /** What is wrong, and where in the program. */
  FormatException error(ScriptCode code, int line, String reason, Exception cause) {
    return new FormatException(
        archive.path(), code.offset(), code.name() + " line " + line + ": " + reason, cause);
  }
}
