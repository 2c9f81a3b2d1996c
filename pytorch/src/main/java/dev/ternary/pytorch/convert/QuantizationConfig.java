package dev.ternary.pytorch.convert;

import dev.ternary.pytorch.layers.LearnedScale;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.quant.Quantizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Which layers of a network become ternary, and how. Immutable; the {@code with...} methods return
 * a changed copy.
 *
 * @param options how weights become ternary; a learned scale and rounded activations need the
 *     blocks of this package instead
 * @param skip globs over the paths of layers, with {@code *} for any text, such as {@code
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
    return skip.stream().anyMatch(glob -> matches(glob, path));
  }

  private static boolean matches(String glob, String path) {
    // Position of the last star and of the text it has eaten up to, to go back to.
    int star = -1;
    int eaten = 0;
    int g = 0;
    int p = 0;
    while (p < path.length()) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        star = g++;
        eaten = p;
      } else if (g < glob.length() && glob.charAt(g) == path.charAt(p)) {
        g++;
        p++;
      } else if (star >= 0) {
        g = star + 1;
        p = ++eaten;
      } else {
        return false;
      }
    }
    while (g < glob.length() && glob.charAt(g) == '*') {
      g++;
    }
    return g == glob.length();
  }
}
