package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import java.lang.foreign.MemorySegment;

/** Finds the bytes of storages. */
@FunctionalInterface
interface Storages {

  /** All bytes of the storage that {@code ref} is a part of; at least as many as it says. */
  MemorySegment bytes(StorageRef ref) throws FormatException;
}
