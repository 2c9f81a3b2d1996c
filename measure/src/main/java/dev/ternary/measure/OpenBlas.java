package dev.ternary.measure;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Float32 products by an OpenBLAS that is installed, to compare with. Loads the library only if the
 * user names it.
 */
@SuppressWarnings("restricted") // binds the library that the user named
public final class OpenBlas {

  private static final String EXAMPLE =
      "name the file of an OpenBLAS, such as libopenblas.so.0 of Debian's package libopenblas0";

  private static final int ROW_MAJOR = 101;
  private static final int NO_TRANSPOSE = 111;
  private static final int TRANSPOSE = 112;

  /** What builds put before and behind the names; {@code 64_} means 64-bit integers. */
  private static final List<String[]> SPELLINGS =
      List.of(
          new String[] {"", ""},
          new String[] {"", "64_"},
          new String[] {"scipy_", ""},
          new String[] {"scipy_", "64_"});

  private final MethodHandle sgemm;
  private final MethodHandle sgemv;

  private OpenBlas(MethodHandle sgemm, MethodHandle sgemv) {
    this.sgemm = sgemm;
    this.sgemv = sgemv;
  }

  /**
   * Opens a library.
   *
   * @throws IllegalArgumentException if it is not there or no OpenBLAS
   */
  public static OpenBlas load(Path library, int threads) {
    SymbolLookup lookup = open(library);
    for (String[] spelling : SPELLINGS) {
      String gemm = spelling[0] + "cblas_sgemm" + spelling[1];
      if (lookup.find(gemm).isPresent()) {
        return bind(lookup, spelling, threads);
      }
    }
    throw new IllegalArgumentException(
        library + " is no OpenBLAS: it has no function cblas_sgemm; " + EXAMPLE);
  }

  private static SymbolLookup open(Path library) {
    if (!Files.exists(library)) {
      throw new IllegalArgumentException(library + " does not exist; " + EXAMPLE);
    }
    try {
      // Global: the library starts threads of its own, so it cannot be unloaded.
      return SymbolLookup.libraryLookup(library.toAbsolutePath(), Arena.global());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          library + " is no library that loads here (" + e.getMessage() + "); " + EXAMPLE, e);
    }
  }

  private static OpenBlas bind(SymbolLookup lookup, String[] spelling, int threads) {
    Linker linker = Linker.nativeLinker();
    // All integers are passed as 64 bits; a function that takes 32 reads the low half.
    MemoryLayout size = JAVA_LONG;
    MethodHandle gemm =
        linker.downcallHandle(
            lookup.findOrThrow(spelling[0] + "cblas_sgemm" + spelling[1]),
            FunctionDescriptor.ofVoid(
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                size,
                size,
                size,
                JAVA_FLOAT,
                ADDRESS,
                size,
                ADDRESS,
                size,
                JAVA_FLOAT,
                ADDRESS,
                size));
    MethodHandle gemv =
        linker.downcallHandle(
            lookup.findOrThrow(spelling[0] + "cblas_sgemv" + spelling[1]),
            FunctionDescriptor.ofVoid(
                JAVA_INT,
                JAVA_INT,
                size,
                size,
                JAVA_FLOAT,
                ADDRESS,
                size,
                ADDRESS,
                size,
                JAVA_FLOAT,
                ADDRESS,
                size));
    lookup
        .find(spelling[0] + "openblas_set_num_threads" + spelling[1])
        .ifPresent(function -> {
          try {
            linker
                .downcallHandle(function, FunctionDescriptor.ofVoid(JAVA_INT))
                .invokeExact(threads);
          } catch (Throwable t) {
            throw new IllegalStateException(t);
          }
        });
    return new OpenBlas(gemm, gemv);
  }

  /** {@code y = x w^T} with {@code w} of shape {@code [rows, cols]}, all native. */
  public void product(
      int tokens, int rows, int cols, MemorySegment w, MemorySegment x, MemorySegment y) {
    try {
      if (tokens == 1) {
        sgemv.invokeExact(
            ROW_MAJOR,
            NO_TRANSPOSE,
            (long) rows,
            (long) cols,
            1f,
            w,
            (long) cols,
            x,
            1L,
            0f,
            y,
            1L);
      } else {
        sgemm.invokeExact(
            ROW_MAJOR,
            NO_TRANSPOSE,
            TRANSPOSE,
            (long) tokens,
            (long) rows,
            (long) cols,
            1f,
            x,
            (long) cols,
            w,
            (long) cols,
            0f,
            y,
            (long) rows);
      }
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }
}
