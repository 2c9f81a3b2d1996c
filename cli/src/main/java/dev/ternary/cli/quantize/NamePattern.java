package dev.ternary.cli.quantize;

import java.util.regex.Pattern;

/**
 * A pattern for names of tensors: {@code *} stands for any text, dots included, {@code ?} for one
 * character.
 *
 * @param text the pattern as it was given
 * @param regex the same for {@link Pattern}
 */
record NamePattern(String text, Pattern regex) {

  static NamePattern of(String text) {
    var regex = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return new NamePattern(text, Pattern.compile(regex.toString()));
  }

  boolean matches(String name) {
    return regex.matcher(name).matches();
  }
}
