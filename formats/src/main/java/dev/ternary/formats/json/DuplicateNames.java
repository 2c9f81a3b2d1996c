package dev.ternary.formats.json;

/** What happens where an object in a JSON text has a name twice. */
public enum DuplicateNames {
  /** The text is refused. */
  REFUSE,
  /** The last value counts, at the place of the first, as most JSON readers have it. */
  LAST_WINS
}
