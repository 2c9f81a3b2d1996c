package dev.ternary.formats.pytorch;

import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a checkpoint is at its root, in a few words for a message. */
final class RootSummary {

  private static final int MOST_KEYS = 10;

  private RootSummary() {}

  static String of(Object root) {
    return switch (root) {
      case Map<?, ?> map ->
          "a dict with "
              + map.size()
              + " keys: "
              + map.keySet().stream()
                  .limit(MOST_KEYS)
                  .map(key -> Text.quote(String.valueOf(key)))
                  .collect(Collectors.joining(", "))
              + (map.size() > MOST_KEYS ? ", ..." : "");
      case List<?> list -> "a list of " + list.size();
      case StoredTensor tensor -> "one tensor of " + tensor.encoding();
      case Tensor tensor -> "one tensor, " + tensor;
      default -> "a plain value";
    };
  }
}
