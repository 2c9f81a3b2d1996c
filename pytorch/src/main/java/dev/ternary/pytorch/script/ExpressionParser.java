package dev.ternary.pytorch.script;

import dev.ternary.formats.file.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Reads expressions. */
final class ExpressionParser {

  /** Expressions in expressions; a chain of layers in one line has some dozens. */
  private static final int MOST_NESTED = 300;

  private final Tokens tokens;
  private int depth;

  ExpressionParser(Tokens tokens) {
    this.tokens = tokens;
  }

  Expression read() throws SyntaxException {
    if (++depth > MOST_NESTED) {
      throw new SyntaxException(tokens.line(), "expressions are nested too deep");
    }
    Expression result = first();
    for (int links = 0; ; links++) {
      int line = tokens.line();
      if (links > MOST_NESTED) {
        throw new SyntaxException(line, "an expression is a chain of too many parts");
      }
      if (tokens.take(".")) {
        result = new Expression.Attribute(result, tokens.word(), line);
      } else if (tokens.take("[")) {
        Expression at = read();
        if (tokens.is(",")) { // Of types alone.
          at = new Expression.Items(rest(at, "]"), true, line);
        } else {
          tokens.require("]");
        }
        result = new Expression.Index(result, at, line);
      } else if (tokens.take("(")) {
        result = call(result, line);
      } else {
        depth--;
        return result;
      }
    }
  }

  private Expression first() throws SyntaxException {
    int line = tokens.line();
    Token token = tokens.next();
    return switch (token.kind()) {
      case NUMBER -> new Expression.Literal(number(token), line);
      case TEXT -> new Expression.Literal(new Value.Words(token.text()), line);
      case WORD ->
          switch (token.text()) {
            case "None" -> new Expression.Literal(new Value.Nothing(), line);
            case "True" -> new Expression.Literal(new Value.Truth(true), line);
            case "False" -> new Expression.Literal(new Value.Truth(false), line);
            default -> new Expression.Name(token.text(), line);
          };
      case SIGN ->
          switch (token.text()) {
            case "-" -> new Expression.Minus(read(), line);
            case "[" -> new Expression.Items(list("]"), false, line);
            case "(" -> bracket(line);
            default -> throw strange(token);
          };
      case NEWLINE, INDENT, DEDENT, END -> throw strange(token);
    };
  }

  private static SyntaxException strange(Token token) {
    return new SyntaxException(
        token.line(), "no expression that is read begins with " + Text.quote(token.text()));
  }

  private static Value number(Token token) throws SyntaxException {
    String text = token.text();
    try {
      boolean whole = text.chars().allMatch(c -> c >= '0' && c <= '9');
      return whole
          ? new Value.Whole(Long.parseLong(text))
          : new Value.Real(Double.parseDouble(text));
    } catch (NumberFormatException _) {
      throw new SyntaxException(token.line(), Text.quote(text) + " is no number");
    }
  }

  /** An expression in brackets, or a tuple. */
  private Expression bracket(int line) throws SyntaxException {
    if (tokens.take(")")) {
      return new Expression.Items(List.of(), true, line);
    }
    Expression one = read();
    if (tokens.take(")")) {
      return one;
    }
    return new Expression.Items(rest(one, ")"), true, line);
  }

  private List<Expression> list(String end) throws SyntaxException {
    return tokens.take(end) ? List.of() : rest(read(), end);
  }

  /** What follows the first item, with the bracket at the end. */
  private List<Expression> rest(Expression first, String end) throws SyntaxException {
    var items = new ArrayList<Expression>(List.of(first));
    while (!tokens.take(end)) {
      tokens.require(",");
      if (!tokens.is(end)) {
        items.add(read());
      }
    }
    return items;
  }

  private Expression call(Expression function, int line) throws SyntaxException {
    var arguments = new ArrayList<Expression>();
    var named = new LinkedHashMap<String, Expression>();
    while (!tokens.take(")")) {
      if (tokens.is(Token.Kind.WORD) && tokens.second().is("=")) {
        String name = tokens.word();
        tokens.require("=");
        named.put(name, read());
      } else {
        arguments.add(read());
      }
      if (!tokens.is(")")) {
        tokens.require(",");
      }
    }
    return new Expression.Call(function, arguments, named, line);
  }
}
