package dev.ternary.pytorch.script;

import dev.ternary.formats.file.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a program into tokens. Lines in brackets go on; what is indented more than the line before
 * is a block, as in Python.
 */
final class Lexer {

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<Integer> indents = new ArrayDeque<>();
  private int at;
  private int line = 1;
  private int brackets;

  private Lexer(String text) {
    this.text = text;
    indents.push(0);
  }

  /**
   * All tokens; the last is the end.
   *
   * @throws SyntaxException if there is a character that no token has
   */
  static List<Token> read(String text) throws SyntaxException {
    return new Lexer(text).run();
  }

  private List<Token> run() throws SyntaxException {
    startLine();
    while (at < text.length()) {
      char c = text.charAt(at);
      switch (c) {
        case '\n' -> endLine();
        case ' ', '\t', '\r' -> at++;
        case '#' -> skipLine();
        case '"', '\'' -> quoted(c);
        default -> word(c);
      }
    }
    add(Token.Kind.NEWLINE, "");
    while (indents.size() > 1) {
      indents.pop();
      add(Token.Kind.DEDENT, "");
    }
    add(Token.Kind.END, "the end of the file");
    return tokens;
  }

  private void add(Token.Kind kind, String word) {
    boolean repeated =
        kind == Token.Kind.NEWLINE
            && (tokens.isEmpty() || tokens.getLast().kind() == Token.Kind.NEWLINE);
    if (!repeated) {
      tokens.add(new Token(kind, word, line));
    }
  }

  private void skipLine() {
    while (at < text.length() && text.charAt(at) != '\n') {
      at++;
    }
  }

  private void endLine() throws SyntaxException {
    at++;
    if (brackets > 0) {
      line++;
      return;
    }
    add(Token.Kind.NEWLINE, "");
    line++;
    startLine();
  }

  /** Blocks begin and end before the first word of a line. */
  private void startLine() throws SyntaxException {
    int from = at;
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
    if (at == text.length() || text.charAt(at) == '\n' || text.charAt(at) == '#') {
      return;
    }
    int indent = at - from;
    if (indent > indents.element()) {
      indents.push(indent);
      add(Token.Kind.INDENT, "");
    }
    while (indent < indents.element()) {
      indents.pop();
      add(Token.Kind.DEDENT, "");
    }
    if (indent != indents.element()) {
      throw new SyntaxException(line, "a line is indented by " + indent + " spaces, as none is");
    }
  }

  private void quoted(char quote) throws SyntaxException {
    var said = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == quote) {
        at++;
        add(Token.Kind.TEXT, said.toString());
        return;
      }
      if (c == '\n') {
        break;
      }
      if (c == '\\' && at + 1 < text.length()) {
        said.append(text.charAt(++at)); // What it stands for matters to nobody.
      } else {
        said.append(c);
      }
    }
    throw new SyntaxException(line, "a text does not end");
  }

  private void word(char c) throws SyntaxException {
    int from = at;
    if (isStart(c)) {
      while (at < text.length() && isPart(text.charAt(at))) {
        at++;
      }
      add(Token.Kind.WORD, text.substring(from, at));
    } else if (isDigit(c) || (c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1)))) {
      number();
      add(Token.Kind.NUMBER, text.substring(from, at));
    } else {
      sign(c);
    }
  }

  private void number() {
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      boolean exponent = (c == '-' || c == '+') && "eE".indexOf(text.charAt(at - 1)) >= 0;
      if (!isPart(c) && c != '.' && !exponent) {
        return;
      }
    }
  }

  private void sign(char c) throws SyntaxException {
    switch (c) {
      case '(', '[', '{' -> brackets++;
      case ')', ']', '}' -> brackets = Math.max(0, brackets - 1);
      case ',', ':', '.', '=', '-', '+', '*', '/', '<', '>', '!', '%', '@', '|', '&', '~' -> {}
      default ->
          throw new SyntaxException(
              line, "no statement has the character " + Text.quote(String.valueOf(c)));
    }
    boolean arrow = text.startsWith("->", at);
    at += arrow ? 2 : 1;
    add(Token.Kind.SIGN, arrow ? "->" : String.valueOf(c));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isPart(char c) {
    return isStart(c) || isDigit(c);
  }
}
