package dev.ternary.cli.pytorch;

import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.json.JsonWriter;
import dev.ternary.measure.Clock;
import dev.ternary.measure.Stopwatch;
import dev.ternary.pytorch.layers.LearnedScale;
import dev.ternary.pytorch.layers.TernaryConv2d;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.training.Training;
import dev.ternary.report.Numbers;
import dev.ternary.training.Examples;
import dev.ternary.training.TrainingListener;
import dev.ternary.training.TrainingOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Measures what a ternary layer costs in training: steps of a network of that layer against steps
 * of the same network in float32, in turns, in time that the CPU gave to the thread.
 */
final class TrainingSteps {

  private static final Clock CLOCK = Clock.ofThreads(1);

  /** Steps of a turn, the first of which is not counted: it waits for the first batch. */
  private static final int STEPS = 5;

  private final Terminal terminal;
  private final int size;
  private final int batch;
  private final int rounds;

  /** Linear layers of {@code size} inputs and outputs, and the convolutions of a CIFAR ResNet. */
  TrainingSteps(Terminal terminal, int size, int batch, int rounds) {
    this.terminal = terminal;
    this.size = size;
    this.batch = batch;
    this.rounds = rounds;
  }

  /** A layer that is float32 where there are no options. */
  private interface Layer {
    Block of(Optional<TernaryOptions> ternary);
  }

  /** Collects the times from step to step. */
  private static final class Times implements TrainingListener {

    private final List<Double> nanos = new ArrayList<>();
    private long last;

    @Override
    public void step(Step step) {
      long now = CLOCK.nanos();
      if (step.step() > 1) {
        nanos.add((double) (now - last));
      }
      last = now;
    }
  }

  void run(JsonWriter json) throws IOException {
    var rows = new ArrayList<List<String>>();
    TernaryOptions twn = TernaryOptions.twn();
    for (Map.Entry<String, TernaryOptions> rule :
        List.of(
            Map.entry("absmean", TernaryOptions.absmean()),
            Map.entry("TWN", twn),
            Map.entry("TWN, learned scale", twn.withLearnedScale()),
            Map.entry("TTQ", twn.withLearnedScale(LearnedScale.PER_SIGN)))) {
      String name = "linear " + size + "x" + size + ", " + rule.getKey();
      rows.add(measure(name, this::linear, rule.getValue(), Optional.empty(), json));
    }
    for (int[] c : new int[][] {{16, 32}, {32, 16}, {64, 8}}) {
      String name = "convolution 3x3, " + c[0] + " channels " + c[1] + "x" + c[1] + ", TWN";
      Layer layer = ternary -> convolution(c[0], ternary);
      rows.add(measure(name, layer, twn, Optional.of(c), json));
    }
    terminal.line(terminal.bold("training steps, batch " + batch));
    terminal.table(List.of("layer", "float32 ms", "ternary ms", "throughput", "by medians"), rows);
  }

  private Block linear(Optional<TernaryOptions> ternary) {
    return ternary.isPresent()
        ? TernaryLinear.of(size, ternary.get())
        : Linear.builder().setUnits(size).build();
  }

  private static Block convolution(int channels, Optional<TernaryOptions> ternary) {
    Conv2d.Builder builder =
        ternary.isPresent() ? TernaryConv2d.builder(ternary.get()) : Conv2d.builder();
    Conv2d conv =
        builder
            .setKernelShape(new Shape(3, 3))
            .setFilters(channels)
            .optPadding(new Shape(1, 1))
            .optBias(false)
            .build();
    return new SequentialBlock().add(conv).add(Pool.globalAvgPool2dBlock());
  }

  private List<String> measure(
      String name, Layer layer, TernaryOptions options, Optional<int[]> image, JsonWriter json)
      throws IOException {
    var floating = new Times();
    var ternary = new Times();
    Examples examples = examples(image);
    try (Model a = Model.newInstance("float32", "PyTorch");
        Model b = Model.newInstance("ternary", "PyTorch")) {
      a.setBlock(layer.of(Optional.empty()));
      b.setBlock(layer.of(Optional.of(options)));
      for (int round = 0; round < rounds; round++) {
        train(a, examples, floating);
        train(b, examples, ternary);
      }
    }
    var x = Stopwatch.Times.of(floating.nanos);
    var q = Stopwatch.Times.of(ternary.nanos);
    json.object()
        .put("layer", name)
        .put("batch", batch)
        .put("float32_nanos", x.best())
        .put("ternary_nanos", q.best())
        .put("throughput_of_float32", x.best() / q.best())
        .put("throughput_of_float32_by_medians", x.median() / q.median())
        .end();
    return List.of(
        name,
        Numbers.fixed(x.best() / 1e6, 2),
        Numbers.fixed(q.best() / 1e6, 2),
        Numbers.percent(x.best() / q.best()),
        Numbers.percent(x.median() / q.median()));
  }

  private void train(Model model, Examples examples, Times times) throws IOException {
    var options = TrainingOptions.of(1, 1e-3).withBatchSize(batch);
    new Training(model, options).run(examples, Optional.empty(), times);
  }

  private Examples examples(Optional<int[]> image) {
    dev.ternary.tensor.Shape shape =
        image
            .map(c -> dev.ternary.tensor.Shape.of(c[0], c[1], c[1]))
            .orElseGet(() -> dev.ternary.tensor.Shape.of(size));
    int count = Math.multiplyExact(STEPS, batch);
    float[] values = new float[Math.multiplyExact(count, Math.toIntExact(shape.elements()))];
    var random = new SplittableRandom(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return Examples.ofFloats(shape, values, new int[count]);
  }
}
