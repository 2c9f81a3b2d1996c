package dev.ternary.trit;

import static dev.ternary.trit.TritLogic.where;
import static dev.ternary.trit.TritShaping.concatenate;
import static dev.ternary.trit.TritShaping.stack;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.packed.TritCounts;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The rows of {@code docs/arrays.md}: every Java snippet there is compiled here from the same text,
 * and its result is what NumPy gives for the snippet beside it. {@code numpy_answers.py} evaluates
 * the NumPy column of the document itself; its answers are in {@code numpy-answers.txt}.
 */
class CheatSheetTest {

  private static final Path DOCUMENT = Path.of("..", "docs", "arrays.md");
  private static final Path SOURCE =
      Path.of("src", "test", "java", "dev", "ternary", "trit", "CheatSheetTest.java");
  private static final Path SCRIPT = Path.of("src", "test", "python", "numpy_answers.py");

  private static final TernaryArray a = TernaryArray.parse("+0-++-0-+0-0").reshape(3, 4);
  private static final TernaryArray b = TernaryArray.parse("-0+0");
  private static final TernaryArray c = TernaryArray.parse("0+--0+++00+-").reshape(3, 4);
  private static final TernaryArray e = TernaryArray.zeros(0, 3);
  private static final TernaryArray t = TernaryArray.parse("++0-+00-").reshape(2, 2, 2);
  private static final TritMask m = a.equal(1);
  private static final TernaryArrayBuilder w = new TernaryArrayBuilder(Shape.of(2, 3));

  private final Map<String, Supplier<Object>> rows = new LinkedHashMap<>();

  private void row(String snippet, Supplier<Object> code) {
    assertThat(rows.put(snippet, code)).as(snippet).isNull();
  }

  CheatSheetTest() {
    creation();
    logic();
    comparison();
    indexing();
    shaping();
    reduction();
    algebra();
  }

  private void creation() {
    row("TernaryArray.of(1, 0, -1)", () -> TernaryArray.of(1, 0, -1));
    row("TernaryArray.ofCodes(2, 1, 0)", () -> TernaryArray.ofCodes(2, 1, 0));
    row(
        "TernaryArray.ofFloats(0.5, 0.7f, 0.1f, -2)",
        () -> TernaryArray.ofFloats(0.5, 0.7f, 0.1f, -2));
    row("TernaryArray.parse(\"+0-\")", () -> TernaryArray.parse("+0-"));
    row("TernaryArray.zeros(2, 3)", () -> TernaryArray.zeros(2, 3));
    row("TernaryArray.ones(2, 3)", () -> TernaryArray.ones(2, 3));
    row("TernaryArray.full(-1, 2, 3)", () -> TernaryArray.full(-1, 2, 3));
    row("TernaryArray.full(-1)", () -> TernaryArray.full(-1));
    row("a.shape()", () -> a.shape());
    row("a.rank()", () -> a.rank());
    row("a.size()", () -> a.size());
    row("a.toIntArray()", () -> a.toIntArray());
    row("a.toCodes()", () -> a.toCodes());
    row("a.toString()", () -> a.toString());
    row("t.toString()", () -> t.toString());
    row("e.toString()", () -> e.toString());
    row("m.toString()", () -> m.toString());
    row("a.tile(1, 10).toString()", () -> a.tile(1, 10).toString());
    row("a.tile(9, 50).toString()", () -> a.tile(9, 50).toString());
    row("t.tile(9, 9, 9).toString()", () -> t.tile(9, 9, 9).toString());
    row("b.tile(300).toString()", () -> b.tile(300).toString());
    row("TernaryArray.ones(40, 30).toString()", () -> TernaryArray.ones(40, 30).toString());
    row("TernaryArray.full(-1).toString()", () -> TernaryArray.full(-1).toString());
  }

  private void logic() {
    row("a.add(c)", () -> a.add(c));
    row("a.subtract(c)", () -> a.subtract(c));
    row("a.multiply(c)", () -> a.multiply(c));
    row("a.min(c)", () -> a.min(c));
    row("a.max(c)", () -> a.max(c));
    row("a.not()", () -> a.not());
    row("a.abs()", () -> a.abs());
    row("a.sign()", () -> a.sign());
    row("a.notAdd(c)", () -> a.notAdd(c));
    row("a.notMultiply(c)", () -> a.notMultiply(c));
    row("a.notMin(c)", () -> a.notMin(c));
    row("a.notMax(c)", () -> a.notMax(c));
    row("a.consensus(c)", () -> a.consensus(c));
    row("a.clip(0, 1)", () -> a.clip(0, 1));
    row("a.add(b)", () -> a.add(b));
    row("a.multiply(a.slice(\":, :1\"))", () -> a.multiply(a.slice(":, :1")));
    row("t.add(t.slice(\"0, 0\"))", () -> t.add(t.slice("0, 0")));
    row("e.add(b.slice(\":3\"))", () -> e.add(b.slice(":3")));
    row(
        "w.assign(TritOp.ADD, a.slice(\":2, :3\"), c.slice(\":2, :3\")).build()",
        () -> w.assign(TritOp.ADD, a.slice(":2, :3"), c.slice(":2, :3")).build());
  }

  private void comparison() {
    row("a.equal(c)", () -> a.equal(c));
    row("a.notEqual(c)", () -> a.notEqual(c));
    row("a.less(b)", () -> a.less(b));
    row("a.lessEqual(b)", () -> a.lessEqual(b));
    row("a.greater(b)", () -> a.greater(b));
    row("a.greaterEqual(b)", () -> a.greaterEqual(b));
    row("a.compare(c)", () -> a.compare(c));
    row("a.equal(1).and(c.equal(1).not())", () -> a.equal(1).and(c.equal(1).not()));
    row("a.equal(1).or(c.equal(1))", () -> a.equal(1).or(c.equal(1)));
    row("a.equal(1).xor(c.equal(1))", () -> a.equal(1).xor(c.equal(1)));
    row("where(m, a, c)", () -> where(m, a, c));
    row("where(m, b, TernaryArray.full(0))", () -> where(m, b, TernaryArray.full(0)));
    row("m.count()", () -> m.count());
    row("m.any()", () -> m.any());
    row("m.all()", () -> m.all());
    row("a.equals(c)", () -> a.equals(c));
  }

  private void indexing() {
    row("a.get(1, -1)", () -> a.get(1, -1));
    row("a.slice(\"1\")", () -> a.slice("1"));
    row("a.slice(\":, 1:3\")", () -> a.slice(":, 1:3"));
    row("a.slice(\"::-1, ::2\")", () -> a.slice("::-1, ::2"));
    row("a.slice(\"-2:, 3:0:-2\")", () -> a.slice("-2:, 3:0:-2"));
    row("a.slice(\"..., -1\")", () -> a.slice("..., -1"));
    row("t.slice(\"1, ..., 0\")", () -> t.slice("1, ..., 0"));
    row("b.slice(\"None, :\")", () -> b.slice("None, :"));
    row(
        "a.slice(Index.all(), Index.newAxis(), Index.at(0))",
        () -> a.slice(Index.all(), Index.newAxis(), Index.at(0)));
    row("a.slice(\"5:\")", () -> a.slice("5:"));
    row("a.take(0, 2, 0, 2)", () -> a.take(0, 2, 0, 2));
    row("a.take(1, -1, 0)", () -> a.take(1, -1, 0));
    row(
        "a.pick(new long[] {0, 2}, new long[] {1, 3})",
        () -> a.pick(new long[] {0, 2}, new long[] {1, 3}));
    row("a.select(m)", () -> a.select(m));
    row("a.select(TritMask.of(true, false, true))", () -> a.select(TritMask.of(true, false, true)));
    row(
        "new TernaryArrayBuilder(Shape.of(2, 3)).fill(1, Index.at(0)).set(-1, 1, 2).build()",
        () -> new TernaryArrayBuilder(Shape.of(2, 3)).fill(1, Index.at(0)).set(-1, 1, 2).build());
  }

  private void shaping() {
    row("a.reshape(2, -1)", () -> a.reshape(2, -1));
    row("a.flatten()", () -> a.flatten());
    row("a.transpose()", () -> a.transpose());
    row("t.transpose(2, 0, 1)", () -> t.transpose(2, 0, 1));
    row("t.moveAxis(0, -1)", () -> t.moveAxis(0, -1));
    row("b.broadcastTo(Shape.of(2, 4))", () -> b.broadcastTo(Shape.of(2, 4)));
    row("b.expandDims(1)", () -> b.expandDims(1));
    row("b.expandDims(1).squeeze()", () -> b.expandDims(1).squeeze());
    row("a.flip(1)", () -> a.flip(1));
    row("a.roll(1, 1)", () -> a.roll(1, 1));
    row("a.roll(-5)", () -> a.roll(-5));
    row("b.tile(2, 2)", () -> b.tile(2, 2));
    row("concatenate(0, a, c)", () -> concatenate(0, a, c));
    row("concatenate(-1, a, c)", () -> concatenate(-1, a, c));
    row("stack(0, a, c)", () -> stack(0, a, c));
    row("stack(-1, a, c)", () -> stack(-1, a, c));
  }

  private void reduction() {
    row("a.sum()", () -> a.sum());
    row("a.sum(0)", () -> a.sum(0));
    row("a.sum(Axes.of(1).keepDims())", () -> a.sum(Axes.of(1).keepDims()));
    row("t.sum(Axes.of(0, 2))", () -> t.sum(Axes.of(0, 2)));
    row("a.mean()", () -> a.mean());
    row("a.mean(1)", () -> a.mean(1));
    row("a.prod()", () -> a.prod());
    row("t.prod(0)", () -> t.prod(0));
    row("a.min()", () -> a.min());
    row("a.min(0)", () -> a.min(0));
    row("a.max()", () -> a.max());
    row("t.max(Axes.of(1, 2))", () -> t.max(Axes.of(1, 2)));
    row("a.any(0)", () -> a.any(0));
    row("t.all(-1)", () -> t.all(-1));
    row("a.argMax()", () -> a.argMax());
    row("a.argMax(0)", () -> a.argMax(0));
    row("a.argMin(1)", () -> a.argMin(1));
    row("a.counts()", () -> a.counts());
    row("a.count(0, Axes.of(1))", () -> a.count(0, Axes.of(1)));
    row("b.unique().values()", () -> b.unique().values());
    row("b.unique().counts()", () -> b.unique().counts());
    row("e.sum(0)", () -> e.sum(0));
    row("e.prod()", () -> e.prod());
  }

  private void algebra() {
    row("a.sort(-1)", () -> a.sort(-1));
    row("a.sort(0)", () -> a.sort(0));
    row("a.argSort(1)", () -> a.argSort(1));
    row("a.dot(c)", () -> a.dot(c));
    row("a.matmul(c.transpose())", () -> a.matmul(c.transpose()));
    row("a.matmul(b)", () -> a.matmul(b));
    row("b.matmul(c.transpose())", () -> b.matmul(c.transpose()));
    row("b.matmul(b)", () -> b.matmul(b));
    row("t.matmul(t.slice(\"0\"))", () -> t.matmul(t.slice("0")));
    row("a.norm()", () -> a.norm());
    row("a.hammingDistance(c)", () -> a.hammingDistance(c));
    row("a.cosine(c)", () -> a.cosine(c));
    row(
        "BalancedTernary.decode(TernaryArray.parse(\"10T\"))",
        () -> BalancedTernary.decode(TernaryArray.parse("10T")));
    row("BalancedTernary.encode(8, 4)", () -> BalancedTernary.encode(8, 4));
  }

  /** The Java snippet of each row of the document's tables, with the NumPy snippet before it. */
  private static Map<String, String> document() throws IOException {
    Map<String, String> snippets = new LinkedHashMap<>();
    for (String line : Files.readAllLines(DOCUMENT)) {
      Matcher row = Pattern.compile("\\| `([^`]+)` \\| `([^`]+)` \\|").matcher(line);
      if (row.matches()) {
        String before = snippets.put(row.group(2), row.group(1));
        assertThat(before).as("two rows have " + row.group(2)).isNull();
      }
    }
    return snippets;
  }

  @Test
  void everyRowOfTheDocumentIsHereAndTheOtherWayRound() throws IOException {
    assertThat(rows.keySet()).containsExactlyElementsOf(document().keySet());
  }

  @Test
  void theTextOfEachRowIsTheCodeThatRuns() throws IOException {
    String source = Files.readString(SOURCE);
    for (String snippet : rows.keySet()) {
      String quoted = snippet.replace("\"", "\\\"");
      String expected = "row(\"" + quoted + "\",() -> " + snippet + ");";
      assertThat(unspaced(source)).contains(unspaced(expected));
    }
  }

  /** The formatter breaks lines, and breaks long texts into parts. */
  private static String unspaced(String code) {
    return code.replaceAll("\"\\s*\\+\\s*\"", "").replaceAll("\\s+", "");
  }

  @Test
  void everyRowGivesWhatNumPyGives() throws IOException {
    Map<String, String> numpy = new LinkedHashMap<>();
    try (InputStream in = CheatSheetTest.class.getResourceAsStream("numpy-answers.txt")) {
      read(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8), numpy);
    }
    check(numpy);
  }

  @Test
  void everyRowGivesWhatTheNumPyOfThisMachineGives() throws Exception {
    String python = System.getProperty("ternary.python", "");
    Assumptions.assumeFalse(
        python.isEmpty(), "missing: Python with NumPy, -Dternary.python=/path/to/python");
    Process process =
        new ProcessBuilder(python, SCRIPT.toString(), DOCUMENT.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Map<String, String> numpy = new LinkedHashMap<>();
    read(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8), numpy);
    assertThat(process.waitFor()).isZero();
    check(numpy);
  }

  private static void read(String lines, Map<String, String> answers) {
    for (String line : lines.lines().toList()) {
      int tab = line.indexOf('\t');
      answers.put(line.substring(0, tab), line.substring(tab + 1));
    }
  }

  private void check(Map<String, String> numpy) throws IOException {
    for (Map.Entry<String, String> snippet : document().entrySet()) {
      Supplier<Object> code = Objects.requireNonNull(rows.get(snippet.getKey()));
      assertThat(text(code.get()))
          .as(snippet.getKey() + " against " + snippet.getValue())
          .isEqualTo(numpy.get(snippet.getValue()));
    }
  }

  /** The shape and the values, as the script prints them too. */
  private static String text(Object result) {
    return switch (result) {
      case TernaryArray array -> text(array.shape(), array::trit);
      case TritMask mask -> text(mask.shape(), i -> mask.toBooleanArray()[i] ? 1 : 0);
      case Tensor tensor -> text(tensor.shape(), i -> round(tensor.getFloat(i)));
      case Shape shape -> text(Shape.of(shape.rank()), shape::dim);
      case TritCounts n -> "[3] " + n.negatives() + " " + n.zeros() + " " + n.positives();
      case int[] values -> text(Shape.of(values.length), i -> values[i]);
      case byte[] values -> text(Shape.of(values.length), i -> values[i]);
      case Boolean value -> "[] " + (value ? 1 : 0);
      case Double value -> "[] " + round(value);
      case String text -> "text " + text.replace("\n", "/");
      default -> "[] " + result;
    };
  }

  private static String text(Shape shape, IntFunction<Object> value) {
    return IntStream.range(0, (int) shape.elements())
        .mapToObj(i -> value.apply(i).toString())
        .collect(Collectors.joining(" ", shape + " ", ""))
        .strip();
  }

  /** To six digits, since a tensor gives its F64 elements as floats. */
  private static String round(double value) {
    return new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }
}
