package dev.ternary.pytorch.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.pytorch.TorchScriptArchive;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of PyTorch 2.13 with its own outputs; see make_scripts.py. */
class TorchScriptTest {

  /** Of the largest output; sums are in another order. */
  private static final double BOUND = 2e-6;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "mlp, traced, 6", "mlp, scripted, 6", "mlp, frozen, 6",
    "cnn, traced, 2 8 8", "cnn, scripted, 2 8 8", "cnn, frozen, 2 8 8",
    "residual, traced, 3 8 8", "residual, scripted, 3 8 8", "residual, frozen, 3 8 8"
  })
  void givesWhatPyTorchGives(String name, String form, String dims) throws IOException {
    Path file = ScriptFile.golden(folder, name + "-" + form + ".pt");
    Shape shape = shape(dims);
    Path golden = ScriptFile.golden(folder, "answers.safetensors");
    try (var archive = TorchScriptArchive.open(file);
        SafetensorsFile answers = SafetensorsFile.open(golden)) {
      Graph graph = TorchScript.graph(archive, List.of(shape));
      String input = graph.inputs().getFirst().name();
      try (Model model = Model.of(graph)) {
        Map<String, Tensor> outputs = model.run(Map.of(input, answers.tensor(name + ".x")));
        assertThat(outputs).hasSize(name.equals("residual") ? 2 : 1);
        for (int i = 0; i < outputs.size(); i++) {
          Tensor found = Objects.requireNonNull(outputs.get(graph.outputs().get(i)));
          assertThat(difference(found, answers.tensor(name + "." + i))).isLessThan(BOUND);
        }
      }
      TorchScriptComparison comparison = TorchScriptComparison.of(graph, file);
      assertThat(comparison.agrees()).isTrue();
      assertThat(comparison.saysMuch()).isTrue();
      assertThat(comparison.relative()).isLessThan(BOUND);
    }
  }

  private static Shape shape(String dims) {
    String[] parts = dims.split(" ", -1);
    long[] sizes = new long[parts.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Long.parseLong(parts[i]);
    }
    return Shape.of(sizes);
  }

  private static double difference(Tensor found, Tensor expected) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    float[] a = found.toFloatArray();
    float[] b = expected.toFloatArray();
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(b[i]));
      difference = Math.max(difference, Math.abs(a[i] - b[i]));
    }
    return difference / largest;
  }

  @Test
  void valuesAreCalledAsTheModulesThatMakeThem() throws IOException {
    Graph graph = graph(ScriptFile.golden(folder, "residual-traced.pt"));
    List<String> names = graph.nodes().stream().map(Node::name).toList();
    assertThat(names)
        .contains("stem.0", "stem.1", "blocks.0.conv", "blocks.1.downsample.0", "blocks.1.relu")
        .contains("blocks.0.add", "blocks.0.excite", "fc", "cat");
    assertThat(graph.toString()).contains("x [3, 8, 8] to fc [3], clip [4]");
  }

  @Test
  void aTracedModuleOrALinearLayerTellsTheShapeOfTheInput() throws IOException {
    for (String name : List.of("mlp-traced.pt", "mlp-scripted.pt", "mlp-frozen.pt")) {
      Graph graph = graph(ScriptFile.golden(folder, name));
      assertThat(graph.inputs().getFirst().dims().most()).as(name).isEqualTo(Shape.of(6));
    }
    Path frozen = ScriptFile.golden(folder, "cnn-frozen.pt");
    assertThatThrownBy(() -> graph(frozen))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not say of what shape its input x is")
        .hasMessageContaining("the weights of its first layer are [4, 2, 3, 3]");
    assertThatThrownBy(() -> graph(frozen, Shape.of(2, 8, 8), Shape.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 1 inputs [x], 2 shapes were given");
    assertThatThrownBy(() -> graph(frozen, Shape.of(3, 8, 8)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("code/__torch__/___torch_mangle_42.py line 6: torch._convolution");
  }

  @Test
  void anotherGraphIsToldFromTheArchive() throws IOException {
    Path file = ScriptFile.golden(folder, "mlp-traced.pt");
    try (var archive = TorchScriptArchive.open(file)) {
      Graph graph = TorchScript.graph(archive, List.of());
      Graph other = graph.map(op -> op instanceof Operation.Relu ? new Operation.Sigmoid() : op);
      assertThat(TorchScriptComparison.of(other, file).agrees()).isFalse();
    }
  }

  private Graph graph(Path file, Shape... inputs) throws IOException {
    try (var archive = TorchScriptArchive.open(file)) {
      return TorchScript.graph(archive, List.of(inputs));
    }
  }

  private float[] run(String forward, Shape shape, float... x) throws IOException {
    try (Model model = Model.of(graph(ScriptFile.of(folder, forward), shape))) {
      return model.predict(x);
    }
  }

  @Test
  void anOperationInPlaceChangesWhatItsNameStandsFor() throws IOException {
    // By hand: y = x - 1, then y = max(y, 0); y + x of [0, 3] is [0 + 0, 2 + 3].
    float[] y =
        run(
            """
            forward(self, x: Tensor) -> Tensor:
              y = torch.sub(x, 1)
              _0 = torch.relu_(y)
              return torch.add(y, x)
            """,
            Shape.of(2),
            0,
            3);
    assertThat(y).containsExactly(0, 5);
  }

  @Test
  void conditionsAndLoopsOfKnownValuesAreGoneThrough() throws IOException {
    // By hand: parts 1 x, 2 x, 3 x of x = [1, -2], one after the other, in a tuple of one.
    float[] y =
        run(
            """
            forward(self, x: Tensor, deep: bool=True) -> Tuple[Tensor]:
              parts = annotate(List[Tensor], [])
              for i in range(torch.add(torch.size(x, 1), 1)):
                _0 = torch.append(parts, torch.mul(x, torch.add(i, 1)))
              if torch.__is__(None, None):
                _1, n = deep, 3
              else:
                _1 : Optional[bool] = uninitialized(bool)
              if _1:
                y = torch.cat(parts, -1)
              else:
                ops.prim.RaiseException(torch.format("never {}", 1), "builtins.ValueError")
              return (torch.view(y, [torch.size(x, 0), torch.mul(n, 2)]),)
            """,
            Shape.of(2),
            1,
            -2);
    assertThat(y).containsExactly(1, -2, 2, -4, 3, -6);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
              torch.cumsum(x, 1) | line 3: torch.cumsum: is no operator that can be converted; the nearest
              torch.view(x, [2, -1]) | line 3: torch.view: makes the number of samples always 2; write x.flatten(1)
              torch.view(x, [-1, 2]) | torch.view: would mix samples: each has 4 elements, the sizes say 2
              torch.flatten(x) | torch.flatten: would mix samples: dimension 0 is theirs
              torch.add(x, torch.size(x, 0)) | torch.add: argument 'other' must be a number, found the number of samples
              torch.dropout(x, 0.5, True) | the module was saved while it was in training; call model.eval()
              torch.softmax(x, 0) | torch.softmax: would mix samples
              ops.ternary.linear(x, x) | ops.ternary.linear: is no operator that can be converted
              torch.relu(x, slope=3) | torch.relu: takes [self] here, found 'slope'
              torch.max_pool2d(x, 2) | torch.max_pool2d: must be in two dimensions
          torch.relu_(self) | torch.relu_: argument 'self' must be a tensor that depends on the input, found a module
              torch.relu(y) | line 3: torch.relu: reads 'y' unset
              self.weight | line 3: '__torch__.Net' has no attribute 'weight'
              (self).other(x, ) | line 3: '__torch__.Net' has no method 'other'
              CONSTANTS.c0 | line 3: there is no 'CONSTANTS.c0' of 0 constants
              __torch__.other(x, ) | line 3: __torch__.other: is no function that can be followed
              (self).forward(x, ) | functions call each other too deep
              torch.mul([[1]], 100000) | torch.mul: makes a list of more than 10000
              [x][9223372036854775807] | line 3: has no item 9223372036854775807 of 1
              99999999999999999999 | line 3: '99999999999999999999' is no number
              3 | must give a tensor that depends on the input, or a tuple of such, found 3
              (x, x) | gives the same value twice
              lambda x | line 3: expected the end of the line, found 'x'
              x ? x | line 3: no statement has the character '?'
          """)
  void refusesWhatItDoesNotFollow(String expression, String message) throws IOException {
    Path file =
        ScriptFile.of(folder, "forward(self, x: Tensor) -> Tensor:\n  return " + expression);
    assertThatThrownBy(() -> graph(file, Shape.of(4)))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(file + " at byte ")
        .hasMessageContaining(message);
  }

  @Test
  void roundingUpIsTheSameWhereWindowsEndWithTheImage() throws IOException {
    String pool = "torch.max_pool2d(x, [3, 3], [2, 2], [0, 0], [1, 1], True)";
    Path file = ScriptFile.of(folder, "forward(self, x: Tensor) -> Tensor:\n  return " + pool);
    assertThat(graph(file, Shape.of(1, 5, 7)).most().values()).endsWith(Shape.of(1, 2, 3));
    assertThatThrownBy(() -> graph(file, Shape.of(1, 6, 7)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("has ceil_mode=True and windows that reach beyond [1, 6, 7]");
  }

  @Test
  void refusesConditionsOnTheInputAndViewsThatChanged() throws IOException {
    Path condition =
        ScriptFile.of(
            folder,
            """
            forward(self, x: Tensor) -> Tensor:
              if bool(torch.relu(x)):
                pass
              return x
            """);
    assertThatThrownBy(() -> graph(condition, Shape.of(4)))
        .hasMessageContaining(
            "line 3: a condition must be known without the input, found a tensor");
    Path view =
        ScriptFile.of(
            folder,
            """
            forward(self, x: Tensor) -> Tensor:
              y = torch.add(x, 1)
              z = torch.flatten(y, 1)
              _0 = torch.relu_(z)
              return torch.add(z, torch.flatten(y, 1))
            """);
    assertThatThrownBy(() -> graph(view, Shape.of(2, 2)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("line 6: torch.flatten: reads a tensor after an operation in place");
  }

  @Test
  void refusesProgramsThatDoNotEndOrRunWhileTheyAreLoaded() throws IOException {
    Path endless =
        ScriptFile.of(
            folder, "forward(self, x: Tensor) -> Tensor:\n  while True:\n    pass\n  return x");
    assertThatThrownBy(() -> graph(endless, Shape.of(4)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("takes more than 2000000 steps");
    for (String open : List.of("(", "[", "-", "torch.relu(")) {
      Path deep =
          ScriptFile.of(folder, "forward(self, x: Tensor):\n  return " + open.repeat(100_000));
      assertThatThrownBy(() -> graph(deep, Shape.of(4)))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("line 3: expressions are nested too deep");
    }
    for (String link : List.of("[0]", ".b", "()")) {
      Path chain =
          ScriptFile.of(folder, "forward(self, x: Tensor):\n  return x" + link.repeat(100_000));
      assertThatThrownBy(() -> graph(chain, Shape.of(4)))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("line 3: an expression is a chain of too many parts");
    }
    Path loading =
        ScriptFile.withCode(
            folder, "class Net(Module):\n  def __setstate__(self, x: int):\n    pass\n");
    assertThatThrownBy(() -> graph(loading, Shape.of(4)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("code/__torch__.py runs a program while it is loaded");
  }

  /** As Python counts; nothing is rounded to what an int or a double holds. */
  @Test
  void numbersAreWholeAndExact() throws IOException {
    float[] y =
        run(
            """
            forward(self, x: Tensor) -> Tensor:
              if torch.eq(torch.floordiv(10000000000, 2), 5000000000):
                y = torch.add(x, 1)
              else:
                y = torch.add(x, 2)
              if torch.gt(9007199254740993, 9007199254740992):
                z = torch.add(y, 10)
              else:
                z = torch.add(y, 20)
              return z
            """,
            Shape.of(2),
            0,
            3);
    assertThat(y).containsExactly(11, 14);
    Path byZero =
        ScriptFile.of(
            folder,
            """
            forward(self, x: Tensor) -> Tensor:
              return torch.add(x, torch.floordiv(1, 0))
            """);
    assertThatThrownBy(() -> graph(byZero, Shape.of(4)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("divides what are no whole numbers, or by 0");
  }

  @Test
  void aDamagedProgramIsRefusedOrAnother() throws IOException {
    String program =
        """
        class Net(Module):
          n : Final[int] = 3
          def forward(self: __torch__.Net,
            x: Tensor) -> Tensor:
            _0, b, = torch.chunk(x, 2, 1)
            if torch.gt(self.n, 2.5e-1):
              y = torch.relu_(torch.add(b, -1, alpha=2))
            else:
              y = x
            for i in range(self.n):
              y = torch.cat([y, b], 1)
            return torch.flatten(y, 1)
        """;
    byte[] good = program.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] flipped = good.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Path file =
          ScriptFile.withCode(
              folder, new String(flipped, java.nio.charset.StandardCharsets.ISO_8859_1));
      try {
        assertThat(graph(file, Shape.of(4, 2)).nodes()).isNotNull();
      } catch (FormatException e) {
        assertThat(e.getMessage()).doesNotContain("\n", ": null");
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).contains("shapes were given"); // The input has another type.
      }
    }
    assertThat(graph(ScriptFile.withCode(folder, program), Shape.of(4, 2)).most().values())
        .endsWith(Shape.of(16));
  }
}
