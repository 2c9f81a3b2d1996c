package dev.ternary.foreign;

/** Passes on what a call through a method handle threw, which may be declared as anything. */
public final class Rethrow {

  private Rethrow() {}

  /**
   * What to throw instead of {@code t}: itself where that needs no declaration. Written as {@code
   * throw Rethrow.of(t)}, so that the compiler knows that nothing follows.
   *
   * @throws Error if {@code t} is one
   */
  public static RuntimeException of(Throwable t) {
    return switch (t) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> new IllegalStateException(t);
    };
  }
}
