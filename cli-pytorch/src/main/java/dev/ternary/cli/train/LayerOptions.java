package dev.ternary.cli.train;

import dev.ternary.cli.command.Usage;
import dev.ternary.kernel.Activations;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.pytorch.layers.LearnedScale;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.quant.Quantizer;
import dev.ternary.quant.ThresholdRule;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** How layers become ternary. */
final class LayerOptions {

  /** How inputs of ternary layers are rounded. */
  enum Rounding {
    /** Not at all. */
    NONE,
    /** To 127 steps of the largest value. */
    INT8
  }

  @Option(
      names = "--rule",
      defaultValue = "twn",
      description =
          "absolute[:T], absmean[:RATIO], twn[:RATIO] or optimal; default ${DEFAULT-VALUE}.")
  private ThresholdRule rule = new ThresholdRule.Twn(0.7f);

  @Option(
      names = "--granularity",
      defaultValue = "row",
      description =
          "Which weights share a scale: tensor, row or group:COLS; default ${DEFAULT-VALUE}.")
  private Granularity granularity = Granularity.row();

  @Option(
      names = "--learned-scale",
      defaultValue = "none",
      description =
          "Train the scales with the weights: ${COMPLETION-CANDIDATES}. PER_SIGN has one for -1 and"
              + " one for +1, as in trained ternary quantization, and takes twice the memory when"
              + " packed; default ${DEFAULT-VALUE}.")
  private LearnedScale learnedScale = LearnedScale.NONE;

  @Option(
      names = "--activations",
      defaultValue = "none",
      description =
          "Rounding of what enters a ternary layer, in training and in the packed model:"
              + " ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  private Rounding activations = Rounding.NONE;

  @Option(
      names = "--weight-clip",
      paramLabel = "LIMIT",
      defaultValue = "0",
      description =
          "Keep shadow weights between -LIMIT and LIMIT; 0 is no limit; default ${DEFAULT-VALUE}.")
  private float weightClip;

  @Option(
      names = "--warmup",
      paramLabel = "STEPS",
      defaultValue = "0",
      description =
          "Go from float to ternary weights over so many steps, with --learned-scale none; default"
              + " ${DEFAULT-VALUE}.")
  private long warmup;

  /** Refuses what makes no sense together. */
  void check(Usage usage) {
    if (weightClip < 0) {
      throw usage.wrong("--weight-clip must be 0 or more, got " + weightClip);
    }
    if (warmup < 0) {
      throw usage.wrong("--warmup must be 0 or more, got " + warmup);
    }
    if (warmup > 0 && learnedScale != LearnedScale.NONE) {
      throw usage.wrong(
          "--warmup "
              + warmup
              + " needs --learned-scale none, got "
              + learnedScale.toString().toLowerCase(Locale.ROOT));
    }
    try {
      ternary();
    } catch (IllegalArgumentException e) {
      String hint = learnedScale == LearnedScale.NONE ? "" : "; see --learned-scale";
      throw usage.wrong(e.getMessage() + hint);
    }
  }

  TernaryOptions ternary() {
    return new TernaryOptions(
        new Quantizer(rule, granularity, Packing.base243()),
        true,
        learnedScale,
        form(),
        weightClip,
        warmup);
  }

  Activations form() {
    return activations == Rounding.INT8 ? Activations.INT8 : Activations.FLOAT32;
  }

  /** What a training that goes on must have in common with the one that began. */
  Map<String, String> settings() {
    var settings = new LinkedHashMap<String, String>();
    settings.put("--rule", rule.toString());
    settings.put("--granularity", granularity.toString());
    settings.put("--learned-scale", learnedScale.toString());
    settings.put("--activations", activations.toString());
    settings.put("--weight-clip", Float.toString(weightClip));
    settings.put("--warmup", Long.toString(warmup));
    return settings;
  }
}
