package dev.ternary.pytorch.convert;

import dev.ternary.pytorch.layers.LearnedScale;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.NamePattern;
import java.util.ArrayList;
import java.util.List;

/**
 * Which layers of a network become ternary, and how. Immutable; the {@code with...} methods return
 * a changed copy.
 *
 * @param options how weights become ternary; a learned scale and rounded activations need the
 *     blocks of this package instead
 * @param skip patterns for the paths of layers as in {@link NamePattern}, such as {@code
 *     *attention*}; these stay float
 * @param keepFirst whether the first layer that would be ternary stays float
 * @param keepLast whether the last one does
 */
public record QuantizationConfig(
    TernaryOptions options, List<String> skip, boolean keepFirst, boolean keepLast) {

  /** Makes the list unmodifiable and refuses what needs blocks of its own. */
  public QuantizationConfig {
    skip = List.copyOf(skip);
    if (options.learnedScale() != LearnedScale.NONE) {
      throw new IllegalArgumentException("a converted layer cannot learn its scale");
    }
  }

  /** Optimal thresholds and scales a row in every layer but the first and the last. */
  public static QuantizationConfig defaults() {
    return new QuantizationConfig(
        TernaryOptions.of(Quantizer.optimal().perRow()), List.of(), true, true);
  }

  /** Other options. */
  public QuantizationConfig withOptions(TernaryOptions other) {
    return new QuantizationConfig(other, skip, keepFirst, keepLast);
  }

  /** One more glob of layers that stay float. */
  public QuantizationConfig skipping(String glob) {
    var all = new ArrayList<>(skip);
    all.add(glob);
    return new QuantizationConfig(options, all, keepFirst, keepLast);
  }

  /** Whether the first and the last layer stay float. */
  public QuantizationConfig keeping(boolean first, boolean last) {
    return new QuantizationConfig(options, skip, first, last);
  }

  /** Whether a glob matches this path. */
  boolean skips(String path) {
    return skip.stream().anyMatch(glob -> new NamePattern(glob).matches(path));
  }
}
