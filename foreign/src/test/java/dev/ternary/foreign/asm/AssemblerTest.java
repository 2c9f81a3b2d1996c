package dev.ternary.foreign.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares with the bytes that GNU as gives: those that {@code golden.sh} beside {@code golden.txt}
 * wrote, and those of an assembler that is installed here.
 */
class AssemblerTest {

  private static final Path AS = Path.of("/usr/bin/as");
  private static final Path OBJCOPY = Path.of("/usr/bin/objcopy");

  @Test
  void writesTheBytesOfTheGoldenFile() throws IOException {
    Map<String, String> golden = golden();
    Map<String, Consumer<Assembler>> all = Instructions.all();
    assertThat(golden.keySet()).as("instructions in the golden file").isEqualTo(all.keySet());
    all.forEach((text, call) -> assertThat(hex(call)).as(text).isEqualTo(golden.get(text)));
  }

  @Test
  void writesTheBytesOfTheInstalledAssembler(@TempDir Path dir)
      throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(AS) && Files.isExecutable(OBJCOPY), "GNU as is missing");
    Map<String, Consumer<Assembler>> all = Instructions.all();
    Path source = dir.resolve("all.s");
    Files.writeString(source, ".intel_syntax noprefix\n" + String.join("\n", all.keySet()) + "\n");
    run(AS, "--64", "-o", dir.resolve("all.o").toString(), source.toString());
    run(
        OBJCOPY,
        "-O",
        "binary",
        "-j",
        ".text",
        dir.resolve("all.o").toString(),
        dir.resolve("all.bin").toString());
    var assembler = new Assembler();
    all.values().forEach(call -> call.accept(assembler));
    assertThat(assembler.toByteArray()).isEqualTo(Files.readAllBytes(dir.resolve("all.bin")));
  }

  @Test
  void branchesAreShortBackwardsAndLongForwards() {
    var a = new Assembler();
    var start = new Label();
    var end = new Label();
    a.bind(start);
    a.jump(Condition.EQUAL, end);
    a.jump(Condition.NOT_EQUAL, start);
    a.jmp(start);
    a.jmp(end);
    a.bind(end);
    // je +9; jne -8; jmp -10; jmp +0.
    assertThat(HexFormat.of().formatHex(a.toByteArray()))
        .isEqualTo("0f8409000000" + "75f8" + "ebf6" + "e900000000");
  }

  @Test
  void aBackwardsBranchIsLongWhereItsTargetIsFar() {
    var a = new Assembler();
    var start = new Label();
    a.bind(start);
    for (int i = 0; i < 127; i++) {
      a.ret();
    }
    a.jump(Condition.NOT_EQUAL, start);
    a.jmp(start);
    assertThat(HexFormat.of().formatHex(a.toByteArray()))
        .isEqualTo("c3".repeat(127) + "0f857bffffff" + "e976ffffff");
  }

  @Test
  void aLabelIsBoundOnce() {
    var a = new Assembler();
    var label = new Label();
    a.bind(label);
    assertThatThrownBy(() -> a.bind(label))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a label is bound already, at 0");
  }

  @Test
  void refusesACallWhoseLabelIsNowhere() {
    var a = new Assembler();
    a.jmp(new Label());
    assertThatThrownBy(a::toByteArray)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("1 branch goes to a label that is not bound");
  }

  @Test
  void refusesRegistersThatDoNotExist() {
    assertThatThrownBy(() -> Vec.zmm(32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no vector register 32 of 64 bytes");
    assertThatThrownBy(() -> Tile.tmm(8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no tile register 8");
    assertThatThrownBy(() -> Mask.k(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no mask register 0");
    assertThatThrownBy(() -> Mem.at(Gpr.RAX, Gpr.RCX, 0).scaled(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an index cannot be scaled by 3");
  }

  private static String hex(Consumer<Assembler> call) {
    var a = new Assembler();
    call.accept(a);
    return HexFormat.of().formatHex(a.toByteArray());
  }

  private static Map<String, String> golden() throws IOException {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(AssemblerTest.class.getResourceAsStream("golden.txt")),
                StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .map(line -> line.split("\t", 2))
          .collect(
              Collectors.toMap(
                  parts -> parts[1], parts -> parts[0], (first, _) -> first, LinkedHashMap::new));
    }
  }

  private static void run(Path program, String... arguments)
      throws IOException, InterruptedException {
    var command = new java.util.ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
