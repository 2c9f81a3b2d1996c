package dev.ternary.pytorch.script;

import dev.ternary.formats.pytorch.ScriptCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the definitions of one file of a program: the part of TorchScript that PyTorch's printer
 * writes ({@code torch/csrc/jit/serialization/python_print.cpp} of PyTorch 2.13).
 */
final class ProgramParser {

  private static final int MOST_NESTED = 100;

  private final ScriptCode file;
  private final Tokens tokens;
  private final ExpressionParser expressions;
  private int depth;

  private ProgramParser(ScriptCode file, Tokens tokens) {
    this.file = file;
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  /** All functions and classes by name. */
  static Map<String, Definition> read(ScriptCode file) throws SyntaxException {
    return new ProgramParser(file, new Tokens(Lexer.read(file.text()))).definitions();
  }

  private Map<String, Definition> definitions() throws SyntaxException {
    var all = new LinkedHashMap<String, Definition>();
    while (!tokens.is(Token.Kind.END)) {
      if (tokens.take("class")) {
        Definition.Type type = type();
        all.put(type.name(), type);
      } else if (tokens.take("def")) {
        Definition.Function function = function();
        all.put(function.name(), function);
      } else if (tokens.is("import") || tokens.is("op_version_set")) {
        skipLine(); // As old versions wrote.
      } else if (tokens.next().kind() != Token.Kind.NEWLINE) {
        throw new SyntaxException(tokens.line(), "expected a class or a function");
      }
    }
    return all;
  }

  private void skipLine() {
    while (!tokens.is(Token.Kind.END) && tokens.next().kind() != Token.Kind.NEWLINE) {}
  }

  private Definition.Type type() throws SyntaxException {
    String name = tokens.word();
    if (tokens.take("(")) {
      expressions.read();
      tokens.require(")");
    }
    var methods = new LinkedHashMap<String, Definition.Function>();
    var constants = new LinkedHashMap<String, Expression>();
    startBlock();
    while (!endsBlock()) {
      if (tokens.take("def")) {
        Definition.Function method = function();
        methods.put(method.name(), method);
      } else if (tokens.take("pass")) {
        tokens.require(Token.Kind.NEWLINE, "the end of the line");
      } else {
        field(constants);
      }
    }
    return new Definition.Type(file, name, methods, constants);
  }

  /** {@code name : type}, {@code name : Final[type] = value} or {@code __parameters__ = [...]}. */
  private void field(Map<String, Expression> constants) throws SyntaxException {
    Expression target = expressions.read();
    if (tokens.take(":")) {
      expressions.read();
    }
    if (tokens.take("=")) {
      Expression value = expressions.read();
      if (target instanceof Expression.Name(String name, _)) {
        constants.put(name, value);
      }
    }
    tokens.require(Token.Kind.NEWLINE, "the end of the line");
  }

  private Definition.Function function() throws SyntaxException {
    String name = tokens.word();
    tokens.require("(");
    var parameters = new ArrayList<Definition.Parameter>();
    while (!tokens.take(")")) {
      String parameter = tokens.word();
      String type = "";
      if (tokens.take(":")) {
        type = expressions.read() instanceof Expression.Name(String word, _) ? word : "";
      }
      Optional<Expression> otherwise =
          tokens.take("=") ? Optional.of(expressions.read()) : Optional.empty();
      parameters.add(new Definition.Parameter(parameter, type, otherwise));
      if (!tokens.is(")")) {
        tokens.require(",");
      }
    }
    if (tokens.take("->")) {
      expressions.read();
    }
    return new Definition.Function(file, name, parameters, block());
  }

  private void startBlock() throws SyntaxException {
    tokens.require(":");
    tokens.require(Token.Kind.NEWLINE, "the end of the line");
    tokens.require(Token.Kind.INDENT, "a block");
  }

  private boolean endsBlock() {
    if (tokens.is(Token.Kind.DEDENT)) {
      tokens.next();
      return true;
    }
    return tokens.is(Token.Kind.END);
  }

  private List<Statement> block() throws SyntaxException {
    if (++depth > MOST_NESTED) {
      throw new SyntaxException(tokens.line(), "blocks are nested too deep");
    }
    var statements = new ArrayList<Statement>();
    startBlock();
    while (!endsBlock()) {
      statements.add(statement());
    }
    depth--;
    return statements;
  }

  private Statement statement() throws SyntaxException {
    int line = tokens.line();
    if (tokens.take("if")) {
      Expression condition = expressions.read();
      List<Statement> then = block();
      List<Statement> otherwise = tokens.take("else") ? block() : List.of();
      return new Statement.If(condition, then, otherwise, line);
    }
    if (tokens.take("for")) {
      String name = tokens.word();
      tokens.require("in");
      Expression range = expressions.read();
      return new Statement.For(name, range, block(), line);
    }
    if (tokens.take("while")) {
      Expression condition = expressions.read();
      return new Statement.While(condition, block(), line);
    }
    Statement simple = simple(line);
    tokens.require(Token.Kind.NEWLINE, "the end of the line");
    return simple;
  }

  private Statement simple(int line) throws SyntaxException {
    if (tokens.take("pass")) {
      return new Statement.Pass(line);
    }
    if (tokens.take("return")) {
      Optional<Expression> value =
          tokens.is(Token.Kind.NEWLINE) ? Optional.empty() : Optional.of(expressions.read());
      return new Statement.Return(value, line);
    }
    Expression first = expressions.read();
    if (tokens.take(":")) {
      expressions.read(); // The type of a variable.
    }
    if (!tokens.is("=") && !tokens.is(",")) {
      return new Statement.Evaluate(first, line);
    }
    boolean unpack = tokens.is(",");
    var names = new ArrayList<String>(List.of(variable(first)));
    while (tokens.take(",")) {
      if (!tokens.is("=")) {
        names.add(variable(expressions.read()));
      }
    }
    tokens.require("=");
    return new Statement.Assign(names, unpack, values(line), line);
  }

  /** One value, or several without brackets. */
  private Expression values(int line) throws SyntaxException {
    Expression first = expressions.read();
    if (!tokens.is(",")) {
      return first;
    }
    var items = new ArrayList<Expression>(List.of(first));
    while (tokens.take(",")) {
      if (!tokens.is(Token.Kind.NEWLINE)) {
        items.add(expressions.read());
      }
    }
    return new Expression.Items(items, true, line);
  }

  private static String variable(Expression expression) throws SyntaxException {
    if (expression instanceof Expression.Name(String name, _)) {
      return name;
    }
    throw new SyntaxException(expression.line(), "only variables are set, not attributes or items");
  }
}
