package dev.ternary.tensor;

/**
 * A pattern for names of tensors and paths of layers: {@code *} stands for any text, dots included,
 * {@code ?} for one character, every other character for itself.
 *
 * @param text the pattern as it was given
 */
public record NamePattern(String text) {

  /** Whether the whole of {@code name} fits; takes time of the product of both lengths at most. */
  public boolean matches(String name) {
    int[] pattern = text.codePoints().toArray();
    int[] found = name.codePoints().toArray();
    // Position of the last star and of the text it has eaten up to, to go back to.
    int star = -1;
    int eaten = 0;
    int p = 0;
    int f = 0;
    while (f < found.length) {
      if (p < pattern.length && pattern[p] == '*') {
        star = p++;
        eaten = f;
      } else if (p < pattern.length && (pattern[p] == '?' || pattern[p] == found[f])) {
        p++;
        f++;
      } else if (star >= 0) {
        p = star + 1;
        f = ++eaten;
      } else {
        return false;
      }
    }
    while (p < pattern.length && pattern[p] == '*') {
      p++;
    }
    return p == pattern.length;
  }
}
