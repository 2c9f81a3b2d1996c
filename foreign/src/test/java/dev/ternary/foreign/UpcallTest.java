package dev.ternary.foreign;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.WrongMethodTypeException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Calls functions as native code would: by their address. */
@SuppressWarnings("restricted")
class UpcallTest {

  private static final FunctionDescriptor LONGS = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG);

  private final ErrorText text = new ErrorText("no memory");

  interface Body {
    long run(long x) throws Throwable;
  }

  private static MethodHandle handle(Body body) throws ReflectiveOperationException {
    return MethodHandles.lookup()
        .findVirtual(Body.class, "run", MethodType.methodType(long.class, long.class))
        .bindTo(body);
  }

  private static long call(MemorySegment function, long x) throws Throwable {
    return (long) Linker.nativeLinker().downcallHandle(function, LONGS).invokeExact(x);
  }

  private static String textAt(long address) {
    return MemorySegment.ofAddress(address).reinterpret(4096).getString(0);
  }

  @Test
  void returnsWhatTheMethodReturns() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment function = Upcall.guarded(handle(x -> x * 3), LONGS, text, arena);
      assertThat(call(function, 14)).isEqualTo(42);
      assertThat(text.last()).isEmpty();
    }
  }

  @Test
  void whatIsThrownStaysAndItsTextIsTheResult() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      for (Throwable thrown :
          new Throwable[] {
            new IllegalStateException("x is closed"),
            new StackOverflowError("x is closed"),
            new Exception("x is closed")
          }) {
        MemorySegment function =
            Upcall.guarded(
                handle(_ -> {
                  throw thrown;
                }),
                LONGS,
                text,
                arena);
        assertThat(textAt(call(function, 1))).isEqualTo("x is closed");
        assertThat(text.last()).containsSame(thrown);
      }
      text.clear();
      assertThat(text.last()).isEmpty();
    }
  }

  @Test
  void whereEvenKeepingItFailsTheResultIsTheOtherText() throws Throwable {
    var failure =
        new Upcall.OnFailure() {
          @Override
          public long keep(Throwable t) {
            throw new OutOfMemoryError("for the text");
          }

          @Override
          public long otherwise() {
            return text.otherwise();
          }
        };
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment function =
          Upcall.guarded(
              handle(_ -> {
                throw new IllegalStateException("x");
              }),
              LONGS,
              failure,
              arena);
      assertThat(textAt(call(function, 1))).isEqualTo("no memory");
    }
  }

  @Test
  void aFunctionMayReturnAnIntOrNothing() throws Throwable {
    MethodHandle fails =
        handle(_ -> {
          throw new IllegalStateException("x");
        });
    var failure =
        new Upcall.OnFailure() {
          @Override
          public long keep(Throwable t) {
            return -5;
          }

          @Override
          public long otherwise() {
            return 0;
          }
        };
    try (Arena arena = Arena.ofConfined()) {
      var toInt = FunctionDescriptor.of(JAVA_INT, JAVA_LONG);
      MethodHandle ints =
          MethodHandles.explicitCastArguments(fails, MethodType.methodType(int.class, long.class));
      MethodHandle callInt =
          Linker.nativeLinker().downcallHandle(Upcall.guarded(ints, toInt, failure, arena), toInt);
      assertThat((int) callInt.invokeExact(1L)).isEqualTo(-5);
      var toNothing = FunctionDescriptor.ofVoid(JAVA_LONG);
      MethodHandle nothing = fails.asType(MethodType.methodType(void.class, long.class));
      MethodHandle callNothing =
          Linker.nativeLinker()
              .downcallHandle(Upcall.guarded(nothing, toNothing, text, arena), toNothing);
      callNothing.invokeExact(1L);
      assertThat(text.last()).get().hasToString("java.lang.IllegalStateException: x");
    }
  }

  @Test
  void refusesAResultThatCannotStandForAFailure() throws Throwable {
    MethodHandle doubles = handle(x -> x).asType(MethodType.methodType(double.class, long.class));
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() ->
              Upcall.guarded(doubles, FunctionDescriptor.of(JAVA_DOUBLE, JAVA_LONG), text, arena))
          .isInstanceOf(WrongMethodTypeException.class)
          .hasMessage("a guarded function returns int, long or nothing, not double");
    }
  }

  @Test
  void aLongTextIsCutAndAMissingOneReplaced() {
    long address = text.keep(new IllegalStateException("é".repeat(3000)));
    MemorySegment bytes = MemorySegment.ofAddress(address).reinterpret(2001);
    assertThat(bytes.get(JAVA_BYTE, 2000)).isZero();
    assertThat(new String(bytes.asSlice(0, 2000).toArray(JAVA_BYTE), StandardCharsets.UTF_8))
        .isEqualTo("é".repeat(1000));
    assertThat(textAt(text.keep(new IllegalStateException())))
        .isEqualTo("java.lang.IllegalStateException");
  }

  @Test
  void eachThreadHasItsOwnFailure() throws Exception {
    long here = text.keep(new IllegalStateException("here"));
    var there = new FutureTask<>(() -> textAt(text.keep(new IllegalStateException("there"))));
    Thread.ofPlatform().start(there);
    assertThat(there.get()).isEqualTo("there");
    assertThat(textAt(here)).isEqualTo("here");
    assertThat(text.last()).get().hasToString("java.lang.IllegalStateException: here");
  }
}
