package dev.ternary.foreign;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.WrongMethodTypeException;

/** Functions for native code that run Java. An exception that left one would end the JVM. */
public final class Upcall {

  private static final MethodHandle KEEP = keep();

  private Upcall() {}

  /** What a function returns instead of throwing. */
  public interface OnFailure {

    /** Keeps what was thrown; the result of the function. */
    long keep(Throwable t);

    /** The result where even keeping it threw, for want of memory. */
    long otherwise();
  }

  /**
   * A function for native code that calls {@code target}. Whatever that throws stays here, and
   * {@code failure} says what native code gets instead.
   *
   * @param target has the parameters of {@code type}
   * @param type its result is an integer, or nothing
   * @param arena owns the function, which must not be called afterwards
   * @throws WrongMethodTypeException if the result is of another kind
   * @throws IllegalCallerException if native access is denied to this module
   */
  @SuppressWarnings("restricted") // the linker checks that target fits type
  public static MemorySegment guarded(
      MethodHandle target, FunctionDescriptor type, OnFailure failure, Arena arena) {
    Class<?> result = target.type().returnType();
    if (result != void.class && result != int.class && result != long.class) {
      throw new WrongMethodTypeException(
          "a guarded function returns int, long or nothing, not " + result.getSimpleName());
    }
    MethodHandle caught =
        MethodHandles.explicitCastArguments(
            KEEP.bindTo(new Safe(failure)), MethodType.methodType(result, Throwable.class));
    MethodHandle guarded = MethodHandles.catchException(target, Throwable.class, caught);
    return Linker.nativeLinker().upcallStub(guarded, type, arena);
  }

  /** A failure that does not throw itself. */
  private record Safe(OnFailure failure) implements OnFailure {

    @Override
    public long keep(Throwable t) {
      try {
        return failure.keep(t);
      } catch (Throwable _) {
        // Not even memory for the text: the function must return all the same.
        return failure.otherwise();
      }
    }

    @Override
    public long otherwise() {
      return failure.otherwise();
    }
  }

  private static MethodHandle keep() {
    try {
      return MethodHandles.lookup()
          .findVirtual(OnFailure.class, "keep", MethodType.methodType(long.class, Throwable.class));
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw new LinkageError("no method keep", e);
    }
  }
}
