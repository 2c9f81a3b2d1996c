package dev.ternary.formats.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ternary.formats.FormatException;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class HostilePickleTest {

  private static final int DATA_PKL_AT = 40; // 30 bytes of local header, then its name

  @TempDir private Path folder;

  private FormatException refusal(Pickles pickle) throws IOException {
    Path file = pickle.zip(folder.resolve("hostile.pt"));
    FormatException refusal = refusal(file);
    assertThat(refusal.offset()).isBetween(0L, Files.size(file));
    return refusal;
  }

  private static FormatException refusal(Path file) {
    FormatException refusal =
        catchThrowableOfType(FormatException.class, () -> PyTorchCheckpoint.open(file).close());
    assertThat(refusal).as(file + " must be refused").isNotNull();
    assertThat(refusal.file()).isEqualTo(file);
    return refusal;
  }

  private static long[] of(long... values) {
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "builtins, eval",
    "__builtin__, eval",
    "builtins, getattr",
    "subprocess, Popen",
    "torch.hub, load",
    "torch._utils, _rebuild_tensor_v2.__globals__",
    "torch, load",
    "collections, OrderedDict.__init__"
  })
  void refusesOtherGlobalsByName(String module, String name) throws IOException {
    Pickles pickle =
        new Pickles().op("}").global(module, name).text("touch /tmp/x").op(0x85).op("R0");
    FormatException refusal = refusal(pickle);
    assertThat(refusal)
        .hasMessageContaining("at byte " + (DATA_PKL_AT + 3))
        .hasMessageContaining("refuses global " + module + "." + name);
    Pickles stack = new Pickles().text(module).text(name).op(0x93).op(")R");
    assertThat(refusal(stack)).hasMessageContaining("refuses global " + module + "." + name);
  }

  @Test
  void aNameWithControlCharactersIsEscaped() throws IOException {
    assertThat(refusal(new Pickles().global("os\u001b[31m", "x\r")))
        .hasMessageContaining("'os\\u001b[31m.x\\u000d'");
  }

  @Test
  void refusesToCallWhatIsNoFunction() throws IOException {
    assertThat(refusal(new Pickles().text("os.system").op(")R")))
        .hasMessageContaining("refuses to call str");
    assertThat(refusal(new Pickles().global("torch", "FloatStorage").op(")R")))
        .hasMessageContaining("refuses to call global torch.FloatStorage");
    assertThat(refusal(new Pickles().global("collections", "OrderedDict").op(")R)R")))
        .hasMessageContaining("refuses to call dict");
  }

  @Test
  void onlyModulesOfTorchScriptAreMade() throws IOException {
    assertThat(refusal(new Pickles().global("collections", "OrderedDict").op(")").op(0x81)))
        .hasMessageContaining("refuses to make an object of global collections.OrderedDict");
    assertThat(refusal(new Pickles().global("__torch__x", "M").op("}").op(0x81)))
        .hasMessageContaining("refuses global __torch__x.M");
    assertThat(refusal(new Pickles().global("__torch__.m", "M").op("}").op(0x81)))
        .hasMessageContaining("a module must be made without arguments, found dict");
    assertThat(refusal(new Pickles().global("__torch__.m", "M").op(")R")))
        .hasMessageContaining("refuses to call global __torch__.m.M");
    assertThat(refusal(new Pickles().global("__torch__.m", "M").op(")").op(0x81).op("]b")))
        .hasMessageContaining("the state of a module must be a dict, found list");
  }

  @Test
  void refusesToSetStateOfAnythingButAnOrderedDict() throws IOException {
    String what = "refuses to set the state of ";
    assertThat(refusal(new Pickles().op("}}b"))).hasMessageContaining(what + "dict");
    assertThat(refusal(new Pickles().op("]}b"))).hasMessageContaining(what + "list");
    assertThat(refusal(new Pickles().global("collections", "OrderedDict").op("}b")))
        .hasMessageContaining(what + "global collections.OrderedDict");
    assertThat(refusal(new Pickles().tensor(4, 0, of(4), of(1)).op("}b")))
        .hasMessageContaining(what + "tensor");
    assertThat(refusal(new Pickles().global("collections", "OrderedDict").op(")RNb")))
        .hasMessageContaining("must be a dict, found None");
  }

  @Test
  void refusesArgumentsThatTheFunctionDoesNotTake() throws IOException {
    assertThat(refusal(new Pickles().global("torch._utils", "_rebuild_tensor_v2").op(")R")))
        .hasMessageContaining("takes 6 to 7 arguments, found 0");
    assertThat(refusal(new Pickles().global("collections", "OrderedDict").op("]R")))
        .hasMessageContaining("arguments must be a tuple, found list");
    assertThat(
            refusal(
                new Pickles()
                    .global("torch._utils", "_rebuild_parameter")
                    .text("x")
                    .op(0x88)
                    .op("N")
                    .op(0x87)
                    .op("R")))
        .hasMessageContaining("argument 1 must be a tensor, found str");
    assertThat(refusal(new Pickles().global("torch", "Size").text("x").op(0x85).op("R")))
        .hasMessageContaining("the size must be a list, found str");
  }

  @Test
  void refusesPersistentIdsThatAreNoStorage() throws IOException {
    assertThat(refusal(new Pickles().text("0").op("Q"))).hasMessageContaining("found str");
    assertThat(refusal(new Pickles().op(")Q"))).hasMessageContaining("found tuple");
    assertThat(refusal(new Pickles().text("module").op(0x85).op("Q")))
        .hasMessageContaining("must be that of a 'storage', found 'module'");
    assertThat(refusal(new Pickles().text("storage").op(0x85).op("Q")))
        .hasMessageContaining("must have 5 items, found 1");
    assertThat(refusal(new Pickles().op("Pos.system\n")))
        .hasMessageContaining("refuses opcode PERSID");
    Pickles elsewhere =
        new Pickles()
            .global("torch._utils", "_rebuild_tensor_v2")
            .op("((")
            .text("storage")
            .global("torch", "FloatStorage")
            .text("../../etc/passwd")
            .text("cpu")
            .number(4)
            .op("tQ")
            .number(0)
            .numbers(4)
            .numbers(1)
            .op(0x89)
            .op("NtR");
    assertThat(refusal(elsewhere))
        .hasMessageContaining("there is no zip record 'x/data/../../etc/passwd'");
  }

  @Test
  void refusesOpcodesThatContainersDoNotNeed() throws IOException {
    for (String ops : new String[] {"ios\nsystem\n", "o", "2", "0", "g0\n", "d", "l", "V\n"}) {
      assertThat(refusal(new Pickles().op("]" + ops)))
          .hasMessageContaining("refuses opcode")
          .extracting(FormatException::offset)
          .isEqualTo(DATA_PKL_AT + 3L);
    }
    for (int op : new int[] {0x82, 0x83, 0x84, 0x8b, 0x8f, 0x92, 0x96, 0x97, 0x98}) {
      assertThat(refusal(new Pickles().op("]").op(op))).hasMessageContaining("refuses opcode");
    }
    assertThat(refusal(new Pickles().op(0xff))).hasMessageContaining("0xff");
    assertThat(refusal(new Pickles().op(0x80, 6))).hasMessageContaining("2 to 5, found 6");
  }

  @Test
  void refusesBrokenStacksAndMemos() throws IOException {
    assertThat(refusal(new Pickles())).hasMessageContaining("found 0");
    assertThat(refusal(new Pickles().op("t"))).hasMessageContaining("no MARK");
    assertThat(refusal(new Pickles().op("](a"))).hasMessageContaining("on the stack");
    assertThat(refusal(new Pickles().op("]]"))).hasMessageContaining("1 values left over");
    assertThat(refusal(new Pickles().op("h\u0007"))).hasMessageContaining("value 7 of the memo");
    assertThat(refusal(new Pickles().op("q\u0000"))).hasMessageContaining("found none");
    assertThat(refusal(new Pickles().op("}(Nu"))).hasMessageContaining("a key without a value");
    assertThat(refusal(new Pickles().op("}]Ns"))).hasMessageContaining("found list");
    assertThat(refusal(new Pickles().op("})Ns"))).hasMessageContaining("found tuple");
    assertThat(refusal(new Pickles().op(")Na"))).hasMessageContaining("go to a list, found tuple");
  }

  @Test
  void refusesLengthsBeyondTheFileBeforeAllocating() throws IOException {
    assertThat(refusal(new Pickles().op("X").u32(-1)))
        .hasMessageContaining("BINUNICODE needs 4294967295 bytes, but only");
    assertThat(refusal(new Pickles().op("B").u32(0x7fffffff)))
        .hasMessageContaining("BINBYTES needs 2147483647 bytes");
    assertThat(refusal(new Pickles().op(0x8d).op(255, 255, 255, 255, 255, 255, 255, 255)))
        .hasMessageContaining("needs 18446744073709551615 bytes");
    assertThat(refusal(new Pickles().op(0x95).op(0, 0, 0, 0, 0, 0, 0, 1)))
        .hasMessageContaining("FRAME of 72057594037927936 bytes");
    assertThat(refusal(new Pickles().op("X").u32(2).op(0xc3, 0x28)))
        .hasMessageContaining("not valid UTF-8");
    assertThat(refusal(new Pickles().op("c" + "a".repeat(2000) + "\nb\n")))
        .hasMessageContaining("no end within 1000 bytes");
  }

  @Test
  void refusesDeepNestingAndSelfReference() throws IOException {
    assertThat(refusal(new Pickles().op(")" + "\u0085".repeat(1_000_000))))
        .hasMessageContaining("nested more than 100 deep");
    assertThat(refusal(new Pickles().op("(".repeat(1_000_000)))).hasMessageContaining("values");
    assertThat(refusal(new Pickles().op("]q\u0000h\u0000a")))
        .hasMessageContaining("a list contains itself");
    assertThat(refusal(new Pickles().op("}q\u0000NNs")))
        .hasMessageContaining("key of a dict must be");
    assertThat(refusal(new Pickles().op("}q\u0000").text("k").op("h\u0000s")))
        .hasMessageContaining("a dict contains itself");
  }

  @Test
  void refusesFilesThatUnfold() throws IOException {
    var bomb = new Pickles().op(")q\u0000");
    for (int level = 0; level < 60; level++) {
      bomb.op("h\u0000h\u0000").op(0x86).op("q\u0000");
    }
    // Each level leaves the one below on the stack: gather all in a list.
    var laughs = new Pickles().op("(").raw(tail(bomb)).op("t");
    assertThat(refusal(laughs)).hasMessageContaining("unfolds into more than 10000000 values");
  }

  private static byte[] tail(Pickles pickle) {
    byte[] all = pickle.stop();
    return Arrays.copyOfRange(all, 2, all.length - 1);
  }

  @Test
  void refusesTooManyValues() throws IOException {
    assertThat(refusal(new Pickles().op("(" + "N".repeat(Unpickler.MOST_VALUES) + "t")))
        .hasMessageContaining("may make 4000000 values");
    assertThat(refusal(new Pickles().op("]" + "q\u0000".repeat(Unpickler.MOST_VALUES))))
        .hasMessageContaining("may make 4000000 values");
  }

  @Test
  void refusesViewsOutsideTheirStorage() throws IOException {
    assertThat(refusal(new Pickles().tensor(4, 0, of(5), of(1))))
        .hasMessageContaining("reaches element 4 of a storage of 4");
    assertThat(refusal(new Pickles().tensor(4, 1, of(2, 2), of(2, 1))))
        .hasMessageContaining("size [2, 2], stride [2, 1] and offset 1: reaches element 4");
    assertThat(refusal(new Pickles().tensor(4, -1, of(1), of(1))))
        .hasMessageContaining("offset is negative");
    assertThat(refusal(new Pickles().tensor(4, 3, of(2), of(-1))))
        .hasMessageContaining("stride -1 is negative");
    assertThat(refusal(new Pickles().tensor(4, 0, of(3, 3), of(1, 1))))
        .hasMessageContaining("reaches element 4 of a storage of 4");
    assertThat(refusal(new Pickles().tensor(4, 0, of(1 << 20, 1 << 20), of(0, 0))))
        .hasMessageContaining(
            "copies of views that are not contiguous would take more than 67108864");
    assertThat(refusal(new Pickles().tensor(4, 0, of(-1), of(1))))
        .hasMessageContaining("negative dimension");
    assertThat(refusal(new Pickles().tensor(4, 0, of(1L << 32, 1L << 32), of(1L << 32, 1))))
        .hasMessageContaining("more than 2^63 - 1 elements");
    assertThat(refusal(new Pickles().tensor(4, 0, of(3, 2), of(Long.MAX_VALUE / 2 + 1, 1))))
        .hasMessageContaining("beyond 2^63");
    assertThat(refusal(new Pickles().tensor(4, Long.MAX_VALUE, of(1), of(1))))
        .hasMessageContaining("beyond 2^63");
    assertThat(refusal(new Pickles().tensor(4, 0, of(2, 2), of(1))))
        .hasMessageContaining("size has 2 dimensions, stride 1");
    assertThat(refusal(new Pickles().tensor(5, 0, of(4), of(1))))
        .hasMessageContaining("storage of 5 elements of F32, but zip record 'x/data/0' has 16");
    assertThat(refusal(new Pickles().tensor("DoubleStorage", 4, 0, of(4), of(1))))
        .hasMessageContaining("storage of 4 elements of F64");
  }

  @Test
  void copiesOfStridedViewsAreLimited() throws IOException {
    var pickle = new Pickles().op("(");
    for (int i = 0; i < 3; i++) {
      pickle.tensor(4, 0, of(2, 2), of(1, 2));
    }
    try (var checkpoint = PyTorchCheckpoint.open(pickle.op("t").zip(folder.resolve("ok.pt")))) {
      var tensors = (List<?>) checkpoint.root();
      assertThat(((Tensor) tensors.get(2)).toFloatArray()).containsExactly(0, 2, 1, 3);
    }
    var views =
        new TensorViews(Path.of("x"), _ -> MemorySegment.ofArray(new byte[16]), Arena.ofAuto(), 20);
    var storage = new StorageRef("0", Element.of(DType.F32), 4, 0, 4, 7);
    var spec = new TensorSpec(storage, 0, List.of(2L, 2L), List.of(1L, 2L), 7);
    views.tensor(spec);
    assertThat(catchThrowableOfType(FormatException.class, () -> views.tensor(spec)))
        .hasMessageContaining("x at byte 7")
        .hasMessageContaining("more than 20 bytes");
  }

  @Test
  void refusesBigEndianFiles() throws IOException {
    Path file = new Pickles().op("}").zip(folder.resolve("big.pt"), "big");
    assertThat(refusal(file)).hasMessageContaining("must be 'little', found 'big'");
    byte[] legacy = Golden.bytes("small-legacy.pt");
    int little =
        new String(legacy, StandardCharsets.ISO_8859_1).indexOf("little_endian")
            + "little_endian".length()
            + 2;
    assertThat(legacy[little]).isEqualTo((byte) 0x88);
    legacy[little] = (byte) 0x89;
    assertThat(refusal(Files.write(folder.resolve("big-legacy.pt"), legacy)))
        .hasMessageContaining("must be little-endian");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "refused-quantized.pt|_rebuild_qtensor: quantized tensors are not supported",
        "refused-sparse.pt|refuses global torch._utils._rebuild_sparse_tensor: sparse tensors",
        "refused-module.pt|refuses global torch.nn.modules.linear.Linear: a whole module",
        "refused-negative.pt|tensor metadata"
      })
  void refusesWhatIsNotSupportedByName(String name, String message) {
    assertThat(refusal(Golden.path(name))).hasMessageContaining(message);
  }

  @Test
  void saysWhatOtherFilesAre() throws IOException {
    Path file = folder.resolve("other");
    assertThat(refusal(Files.write(file, new byte[0]))).hasMessageContaining("an empty file");
    assertThat(refusal(Files.writeString(file, "GGUF...."))).hasMessageContaining("a GGUF file");
    assertThat(refusal(Files.write(file, new Pickles().op("}").stop())))
        .hasMessageContaining("the magic number is missing");
    assertThat(refusal(Files.writeString(file, "version https://git-lfs")))
        .hasMessageContaining("Git LFS");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("a.txt"));
    }
    assertThat(refusal(file)).hasMessageContaining("no record NAME/data.pkl");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("a/data.pkl"));
      zip.write(new Pickles().op("}").stop());
    }
    assertThat(refusal(file)).hasMessageContaining("is compressed (method 8)");
  }

  @Test
  void saysWhatThereIsWhereNoStateDictIs() throws IOException {
    Path file = new Pickles().op("}").text("optimizer").op("}s").zip(folder.resolve("no.pt"));
    try (var checkpoint = PyTorchCheckpoint.open(file)) {
      assertThat(checkpoint.root()).isEqualTo(Map.of("optimizer", Map.of()));
      assertThat(catchThrowableOfType(FormatException.class, checkpoint::stateDict))
          .hasMessageContaining("the root is a dict with 1 keys: 'optimizer'");
    }
  }

  @Test
  void readsOrderedDictsOfPython2() throws IOException {
    // [['a', 5000000000]]
    var pickle =
        new Pickles().global("collections", "OrderedDict").op("]](U\u0001aI5000000000\nea");
    Path file = pickle.op(0x85).op("R").zip(folder.resolve("py2.pt"));
    try (var checkpoint = PyTorchCheckpoint.open(file)) {
      assertThat(checkpoint.root()).isEqualTo(Map.of("a", 5_000_000_000L));
    }
  }
}
