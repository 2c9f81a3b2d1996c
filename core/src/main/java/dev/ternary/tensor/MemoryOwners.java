package dev.ternary.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.MemorySegment.Scope;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * What views of memory are views of, for the messages of those that are read too late. An owner
 * that is forgotten here costs its name in a message and nothing else.
 */
public final class MemoryOwners {

  private static final Map<Scope, String> NAMES = Collections.synchronizedMap(new WeakHashMap<>());

  private MemoryOwners() {}

  /** Says whose memory has this scope, such as the path of a mapped file. */
  public static void name(Scope scope, String owner) {
    NAMES.put(scope, owner);
  }

  /**
   * The exception for a view that could not be read: one that names the owner where its memory is
   * gone, else {@code cause}.
   *
   * @param view what was read
   * @param what it is, such as {@code F32 [2, 3]}
   */
  public static IllegalStateException explain(
      MemorySegment view, String what, IllegalStateException cause) {
    if (view.scope().isAlive()) {
      return cause;
    }
    String owner = NAMES.getOrDefault(view.scope(), "the owner of its memory");
    return new IllegalStateException(
        owner
            + " is closed, and "
            + what
            + " is a view of it: read it before, or copy what must live longer",
        cause);
  }
}
