package dev.ternary.cli;

import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.quant.ThresholdRule;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Options of our own types; a text that is none of them is wrong usage. */
final class Converters {

  private Converters() {}

  /** Call this when all subcommands are there: those that come later do not hear of it. */
  static void register(CommandLine line) {
    line.registerConverter(ThresholdRule.class, converter(ThresholdRule::parse));
    line.registerConverter(Granularity.class, converter(Granularity::parse));
    line.registerConverter(Packing.class, converter(Packing::ofId));
  }

  private static <T> ITypeConverter<T> converter(Function<String, T> parse) {
    return text -> {
      try {
        return parse.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    };
  }
}
