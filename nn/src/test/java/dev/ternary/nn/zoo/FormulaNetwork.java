package dev.ternary.nn.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;

/**
 * A network of {@code zoo.txt.gz}, whose weights and image are numbers that a formula makes; {@code
 * zoo.py} has the same formula.
 *
 * @param size rows and columns of the image
 * @param tensors kind and dimensions by name
 * @param outputs what PyTorch gives for the image
 */
record FormulaNetwork(String name, int size, Map<String, Part> tensors, List<Float> outputs) {

  /** A tensor without its values. */
  record Part(boolean norm, Shape shape) {}

  static List<FormulaNetwork> all() throws IOException {
    List<FormulaNetwork> all = new ArrayList<>();
    try (InputStream raw =
            Objects.requireNonNull(FormulaNetwork.class.getResourceAsStream("zoo.txt.gz"));
        var lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(raw), StandardCharsets.UTF_8))) {
      for (String line : lines.lines().toList()) {
        String[] words = line.split(" ", -1);
        if (words[0].equals("network")) {
          List<Float> outputs = Arrays.stream(words).skip(3).map(Float::parseFloat).toList();
          all.add(
              new FormulaNetwork(
                  words[1], Integer.parseInt(words[2]), new LinkedHashMap<>(), outputs));
        } else {
          long[] dims =
              words[2].isEmpty()
                  ? new long[0]
                  : Arrays.stream(words[2].split(",", -1)).mapToLong(Long::parseLong).toArray();
          var part = new Part(words[0].equals("norm"), Shape.of(dims));
          all.getLast().tensors().put(words[1], part);
        }
      }
    }
    return all;
  }

  static FormulaNetwork named(String name) throws IOException {
    return all().stream().filter(n -> n.name().equals(name)).findFirst().orElseThrow();
  }

  /** Its state dict. */
  Map<String, Tensor> weights() {
    var weights = new LinkedHashMap<String, Tensor>();
    tensors.forEach((name, part) -> weights.put(name, values(name, part)));
    return weights;
  }

  /** A batch of one sample: an image or, where there is no size, a vector of 784 numbers. */
  Tensor input() {
    Shape shape = size == 0 ? Shape.of(1, 784) : Shape.of(1, 3, size, size);
    return Tensor.of(shape, uniform("x", (int) shape.elements(), 4, -2));
  }

  /** The largest difference from what PyTorch gives, as a part of the largest output. */
  float difference(Graph graph) {
    try (Model model = Model.of(graph)) {
      float[] y = model.predict(input()).toFloatArray();
      assertThat(y).hasSize(outputs.size());
      float largest = 0;
      float worst = 0;
      for (int i = 0; i < y.length; i++) {
        largest = Math.max(largest, Math.abs(outputs.get(i)));
        worst = Math.max(worst, Math.abs(y[i] - outputs.get(i)));
      }
      return worst / largest;
    }
  }

  private static Tensor values(String name, Part part) {
    Shape shape = part.shape();
    int count = Math.toIntExact(shape.elements());
    if (name.endsWith("num_batches_tracked")) {
      return Tensor.of(shape, new long[] {0});
    }
    if (name.endsWith("running_var") || (part.norm() && name.endsWith(".weight"))) {
      return Tensor.of(shape, uniform(name, count, 1, 0.5));
    }
    if (shape.rank() >= 2) {
      long fanIn = shape.elements() / shape.dim(0);
      double bound = Math.sqrt(6.0 / fanIn);
      float[] values = new float[count];
      int seed = seed(name);
      for (int i = 0; i < count; i++) {
        values[i] = (float) ((2 * unit(seed, i) - 1) * bound);
      }
      return Tensor.of(shape, values);
    }
    return Tensor.of(shape, uniform(name, count, 0.5, -0.25));
  }

  /** All steps are exact but the last, so that the order does not matter. */
  private static float[] uniform(String name, int count, double factor, double summand) {
    float[] values = new float[count];
    int seed = seed(name);
    for (int i = 0; i < count; i++) {
      values[i] = (float) (factor * unit(seed, i) + summand);
    }
    return values;
  }

  private static int seed(String name) {
    var crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }

  private static double unit(int seed, int i) {
    int h = i * 0x9E3779B9 + seed;
    h ^= h >>> 16;
    h *= 0x85EBCA6B;
    h ^= h >>> 13;
    h *= 0xC2B2AE35;
    h ^= h >>> 16;
    return (h >>> 8) * 0x1p-24;
  }

  @Override
  public String toString() {
    return name + " " + size;
  }
}
