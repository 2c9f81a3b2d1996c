package dev.ternary.cli.quantize;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Which layers at the ends of a network stay float. They hold few of its weights and lose most: the
 * first convolution sees three colours, the last layer gives the answer.
 *
 * @param first the first layer, if it is a convolution: in a network without, it has most weights
 * @param last the last layer
 */
record KeptLayers(boolean first, boolean last) {

  /** Reads {@code first,last}, one of both, or {@code none}. */
  static final class Converter implements ITypeConverter<KeptLayers> {
    @Override
    public KeptLayers convert(String text) {
      return switch (text) {
        case "first,last" -> new KeptLayers(true, true);
        case "first" -> new KeptLayers(true, false);
        case "last" -> new KeptLayers(false, true);
        case "none" -> new KeptLayers(false, false);
        default ->
            throw new TypeConversionException(
                "'" + text + "' is none of first,last - first - last - none");
      };
    }
  }
}
