package dev.ternary.cli.quantize;

import dev.ternary.kernel.Activations;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What matters where the architecture is known: how a network becomes ternary. */
final class GraphOptions {

  /** Reads {@code int8} or {@code float32}. */
  static final class ActivationsConverter implements ITypeConverter<Activations> {
    @Override
    public Activations convert(String text) {
      return Arrays.stream(Activations.values())
          .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(text))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException("'" + text + "' is neither int8 nor float32"));
    }
  }

  @Option(
      names = "--keep-float",
      paramLabel = "WHICH",
      defaultValue = "first,last",
      converter = KeptLayers.Converter.class,
      description =
          "With an architecture: which layers stay float besides those of --skip. first is the"
              + " first one if it is a convolution, last is the last one; first,last, first, last"
              + " or none; default ${DEFAULT-VALUE}.")
  KeptLayers kept = new KeptLayers(true, true);

  @Option(
      names = "--activations",
      paramLabel = "FORM",
      defaultValue = "int8",
      converter = ActivationsConverter.class,
      description =
          "With an architecture: int8 or float32 activations in ternary layers; default"
              + " ${DEFAULT-VALUE}.")
  Activations activations = Activations.INT8;
}
