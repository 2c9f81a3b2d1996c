package dev.ternary.foreign;

import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.foreign.asm.Assembler;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ExecutableMemoryTest {

  @Test
  @SuppressWarnings("restricted") // calls what it has assembled
  void runsTheCode() throws Throwable {
    assumeTrue(
        System.getProperty("os.name", "").equals("Linux")
            && System.getProperty("os.arch", "").equals("amd64"),
        "the code is for Linux on x86-64");
    var a = new Assembler();
    a.mov(RAX, 0x0123_4567_89ab_cdefL);
    a.sub(RAX, RDI);
    a.ret();
    var call =
        Linker.nativeLinker()
            .downcallHandle(
                ExecutableMemory.of(a.toByteArray()), FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    assertThat((long) call.invokeExact(0xefL)).isEqualTo(0x0123_4567_89ab_cd00L);
  }

  @Test
  void executableMemoryIsNeverWritable() throws IOException {
    assumeTrue(System.getProperty("os.name", "").equals("Linux"), "needs /proc/self/maps");
    var code = ExecutableMemory.of(new byte[] {(byte) 0xc3});
    long address = code.address();
    String rights =
        Files.readAllLines(Path.of("/proc/self/maps")).stream()
            .filter(line -> {
              String[] range = line.substring(0, line.indexOf(' ')).split("-", -1);
              return Long.parseUnsignedLong(range[0], 16) <= address
                  && address < Long.parseUnsignedLong(range[1], 16);
            })
            .map(line -> line.split(" ", -1)[1])
            .findFirst()
            .orElse("not mapped");
    assertThat(rights).isEqualTo("r-xp");
    assertThat(code.isReadOnly()).isTrue();
  }
}
