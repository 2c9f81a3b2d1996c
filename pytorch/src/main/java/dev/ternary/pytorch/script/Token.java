package dev.ternary.pytorch.script;

/**
 * A word of a program.
 *
 * @param kind what it is
 * @param text its characters; of a text, what it says
 * @param line counted from 1
 */
record Token(Kind kind, String text, int line) {

  /** What a token is. */
  enum Kind {
    /** A name or keyword. */
    WORD,
    /** A number. */
    NUMBER,
    /** A text in quotes. */
    TEXT,
    /** Anything else on a line. */
    SIGN,
    /** The end of a statement, or of the line before a block. */
    NEWLINE,
    /** The start of a block. */
    INDENT,
    /** Its end. */
    DEDENT,
    /** The end of the file. */
    END
  }

  boolean is(String sign) {
    return kind != Kind.TEXT && text.equals(sign);
  }
}
