package dev.ternary.formats;

/** What a writer does when its file exists already. */
public enum IfExists {
  /** Leaves the file as it is and fails. */
  REFUSE,
  /** Replaces the file once the new one is complete. */
  REPLACE
}
