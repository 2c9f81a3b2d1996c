package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;

/** Resolves what a pickle says is stored outside it. */
@FunctionalInterface
interface PersistentIds {

  /**
   * What {@code id} stands for.
   *
   * @param at offset in the file of the reference
   */
  Object load(Object id, long at) throws FormatException;
}
