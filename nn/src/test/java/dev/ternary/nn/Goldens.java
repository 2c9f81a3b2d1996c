package dev.ternary.nn;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The cases of {@code goldens.txt} and {@code operations.txt}; {@code goldens_format.py} describes
 * the format.
 */
final class Goldens {

  private Goldens() {}

  /** One case. */
  record Case(
      String name,
      Map<String, int[]> ints,
      Map<String, Float> floats,
      Map<String, Tensor> tensors) {

    Tensor tensor(String key) {
      Tensor tensor = tensors.get(key);
      if (tensor == null) {
        throw new IllegalArgumentException("case " + name + " has no tensor " + key);
      }
      return tensor;
    }

    Optional<Tensor> bias() {
      return Optional.ofNullable(tensors.get("bias"));
    }

    int[] ints(String key) {
      return ints.getOrDefault(key, new int[0]);
    }

    float eps() {
      return floats.getOrDefault("eps", Float.NaN);
    }

    ConvGeometry geometry() {
      int[] g = ints("geometry");
      return new ConvGeometry(g[0], g[1], g[2], g[3], g[4], g[5], g[6]);
    }

    PoolGeometry pool() {
      int[] g = ints("geometry");
      return new PoolGeometry(g[0], g[1], g[2], g[3], g[4], g[5]);
    }

    /** The trits with a scale a row. */
    TernaryMatrix ternary() {
      Tensor trits = tensor("trits");
      int rows = (int) trits.shape().dim(0);
      byte[] values = new byte[(int) trits.shape().elements()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (byte) trits.getFloat(i);
      }
      return TernaryMatrix.pack(
          rows,
          values.length / rows,
          values,
          Packing.twoBit(),
          Scales.perRow(tensor("scale").toFloatArray()));
    }

    /** The shape of one input without the batch. */
    Shape sampleShape() {
      long[] dims = tensor("x").shape().toArray();
      return Shape.of(Arrays.copyOfRange(dims, 1, dims.length));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Map<String, Case> all() {
    return all("goldens.txt");
  }

  /** The cases of another file of the same format. */
  static Map<String, Case> all(String file) {
    try (InputStream in = Goldens.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is missing");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Case named(String name) {
    Case found = all().get(name);
    if (found == null) {
      throw new IllegalArgumentException("no case " + name);
    }
    return found;
  }

  private static Map<String, Case> parse(String text) {
    Map<String, Case> cases = new LinkedHashMap<>();
    Case current = new Case("", Map.of(), Map.of(), Map.of());
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "case" -> {
          current =
              new Case(
                  words[1], new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
          cases.put(words[1], current);
        }
        case "int" ->
            current
                .ints()
                .put(words[1], Arrays.stream(words).skip(2).mapToInt(Integer::parseInt).toArray());
        case "float" -> current.floats().put(words[1], Float.valueOf(words[2]));
        case "tensor" -> current.tensors().put(words[1], tensor(words));
        default -> throw new IllegalArgumentException("a line of goldens.txt: " + words[0]);
      }
    }
    return cases;
  }

  private static Tensor tensor(String[] words) {
    long[] dims = Arrays.stream(words[2].split(",", -1)).mapToLong(Long::parseLong).toArray();
    float[] values = new float[words.length - 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.parseFloat(words[i + 3]);
    }
    return Tensor.of(Shape.of(dims), values);
  }
}
