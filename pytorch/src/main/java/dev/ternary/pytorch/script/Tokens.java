package dev.ternary.pytorch.script;

import dev.ternary.formats.file.Text;
import java.util.List;

/** Tokens and how far they were read. */
final class Tokens {

  private final List<Token> all;
  private int at;

  Tokens(List<Token> all) {
    this.all = all;
  }

  Token peek() {
    return all.get(at);
  }

  /** The token after the next one. */
  Token second() {
    return all.get(Math.min(at + 1, all.size() - 1));
  }

  Token next() {
    Token token = all.get(at);
    if (token.kind() != Token.Kind.END) {
      at++;
    }
    return token;
  }

  int line() {
    return peek().line();
  }

  boolean is(String sign) {
    return peek().is(sign);
  }

  boolean is(Token.Kind kind) {
    return peek().kind() == kind;
  }

  /** Takes the next token if it is this one. */
  boolean take(String sign) {
    boolean found = is(sign);
    if (found) {
      next();
    }
    return found;
  }

  void require(String sign) throws SyntaxException {
    if (!take(sign)) {
      throw unexpected(sign);
    }
  }

  Token require(Token.Kind kind, String what) throws SyntaxException {
    if (!is(kind)) {
      throw unexpected(what);
    }
    return next();
  }

  String word() throws SyntaxException {
    return require(Token.Kind.WORD, "a name").text();
  }

  SyntaxException unexpected(String expected) {
    Token found = peek();
    String shown =
        switch (found.kind()) {
          case NEWLINE -> "the end of the line";
          case INDENT -> "a block";
          case DEDENT -> "the end of the block";
          case END -> found.text();
          case WORD, NUMBER, TEXT, SIGN -> Text.quote(found.text());
        };
    return new SyntaxException(found.line(), "expected " + expected + ", found " + shown);
  }
}
