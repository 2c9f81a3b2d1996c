package dev.ternary.foreign;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.foreign.NativeLibrary.Search;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {

  @Test
  void bindsAFunctionOfTheSystem() throws Throwable {
    var abs = NativeLibrary.system().function("abs", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    assertThat((int) abs.invokeExact(-7)).isEqualTo(7);
  }

  @Test
  void namesTheFunctionsThatAreMissing() {
    NativeLibrary system = NativeLibrary.system();
    assertThat(system.missing(List.of("abs", "no_such_function", "labs")))
        .containsExactly("no_such_function");
    assertThatThrownBy(() -> system.address("no_such_function"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no function no_such_function in the system");
  }

  /** The JVM is one such library. */
  @Test
  void findsALibraryThatIsLoadedAndTheSameByItsPath() {
    assumeTrue(System.getProperty("os.name", "").equals("Linux"), "needs /proc/self/maps");
    NativeLibrary jvm = NativeLibrary.loaded("libjvm.so").orThrow();
    assertThat(jvm.missing(List.of("JNI_GetCreatedJavaVMs"))).isEmpty();
    assertThat(jvm).hasToString("libjvm.so");
    Path file = jvm.file().orElseThrow();
    assertThat(file).hasFileName("libjvm.so").isAbsolute();
    assertThat(NativeLibrary.at(file).orThrow().address("JNI_GetCreatedJavaVMs"))
        .isEqualTo(jvm.address("JNI_GetCreatedJavaVMs"));
  }

  @Test
  void findsALibraryByItsName() {
    assumeTrue(System.getProperty("os.name", "").equals("Linux"), "needs the C library of Linux");
    assertThat(NativeLibrary.named("libc.so.6").orThrow().missing(List.of("abs"))).isEmpty();
  }

  @Test
  void saysWhyALibraryIsMissingAndThrowsNothing(@TempDir Path dir) throws IOException {
    assertThat(NativeLibrary.named("libno_such_library.so.1"))
        .isEqualTo(new Search.Missing("libno_such_library.so.1 not found"));
    Path absent = dir.resolve("libabsent.so");
    assertThat(NativeLibrary.at(absent)).isEqualTo(new Search.Missing(absent + " is not there"));
    Path text = Files.writeString(dir.resolve("libtext.so"), "no library");
    assertThat(NativeLibrary.at(text))
        .isEqualTo(
            new Search.Missing(
                text + " cannot be loaded: it is no library for this system or needs another"));
  }

  @Test
  void saysThatALibraryIsNotLoaded() {
    assumeTrue(System.getProperty("os.name", "").equals("Linux"), "needs /proc/self/maps");
    Search search = NativeLibrary.loaded("libno_such_library.so");
    assertThat(search)
        .isEqualTo(new Search.Missing("libno_such_library.so is not in /proc/self/maps"));
    assertThatThrownBy(search::orThrow)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("libno_such_library.so is not in /proc/self/maps");
  }
}
