package dev.ternary.cli.run;

import dev.ternary.cli.convert.ClassNames;
import dev.ternary.images.Framing;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ImageInput.Polarity;
import dev.ternary.nn.graph.Input;
import dev.ternary.nn.graph.ModelInfo;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a user says of a model's pictures and classes where its file does not, or otherwise. */
final class CardOptions {

  @Option(
      names = "--image-range",
      paramLabel = "LOW..HIGH",
      converter = RangeConverter.class,
      description =
          "What black and white are as numbers, such as 0..255 or 0..1; for models whose file does"
              + " not say so.")
  private Optional<Range> range = Optional.empty();

  @Option(
      names = "--polarity",
      paramLabel = "P",
      converter = PolarityConverter.class,
      description =
          "What the model was trained on: bright-on-dark (as MNIST), dark-on-bright, or as-is"
              + " (photographs).")
  private Optional<Polarity> polarity = Optional.empty();

  @Option(
      names = "--framing",
      paramLabel = "F",
      converter = FramingConverter.class,
      description =
          "Where the object lies: mass (a box of 20 of 28 pixels, centred by mass, as MNIST), or fill"
              + " (as Fashion-MNIST); default: mass if the classes are single characters.")
  private Optional<Framing> framing = Optional.empty();

  @Mixin private ClassNames classNames = new ClassNames();

  /** What black and white are as numbers. */
  record Range(float low, float high) {}

  /** The names of the classes, as the option or the model's file has them. */
  List<String> classes(Graph graph) throws IOException {
    return classNames.of(graph);
  }

  Framing framing(List<String> classes) {
    return framing.orElseGet(() -> Framing.forClasses(classes));
  }

  /** The pictures of a model, as its file or these options have them. */
  Optional<ImageInput> image(ModelInfo info, List<Input> inputs) {
    if (info.image().isPresent()) {
      ImageInput known = info.image().get();
      return Optional.of(
          new ImageInput(
              known.channels(),
              known.height(),
              known.width(),
              range.map(Range::low).orElse(known.low()),
              range.map(Range::high).orElse(known.high()),
              polarity.orElse(known.polarity()),
              known.mean(),
              known.std()));
    }
    return range.map(numbers -> image(numbers, inputs));
  }

  private ImageInput image(Range numbers, List<Input> inputs) {
    boolean one = inputs.size() == 1 && inputs.getFirst().dims().isFixed();
    Shape shape = one ? inputs.getFirst().dims().most() : Shape.of();
    long side = Math.round(Math.sqrt((double) shape.elements()));
    long[] size =
        switch (shape.rank()) {
          case 3 -> shape.toArray();
          case 2 -> new long[] {1, shape.dim(0), shape.dim(1)};
          case 1 -> new long[] {1, side, side};
          default -> new long[] {0, 0, 0};
        };
    boolean known =
        (size[0] == 1 || size[0] == 3) && size[0] * size[1] * size[2] == shape.elements();
    if (!known) {
      throw new IllegalArgumentException(
          "the model takes " + inputs + ", which is no picture of 1 or 3 channels");
    }
    return new ImageInput(
        (int) size[0],
        (int) size[1],
        (int) size[2],
        numbers.low(),
        numbers.high(),
        polarity.orElseGet(() -> defaultPolarity(size[0])),
        List.of(),
        List.of());
  }

  private static Polarity defaultPolarity(long channels) {
    if (channels == 3) {
      return Polarity.AS_IS;
    }
    throw new IllegalArgumentException(
        "the file does not say what is bright in the model's grey pictures; add --polarity"
            + " bright-on-dark (as MNIST), dark-on-bright or as-is");
  }

  /** Numbers such as {@code 0..255}. */
  static final class RangeConverter implements ITypeConverter<Range> {

    private static final Pattern RANGE = Pattern.compile("(-?[0-9.]+?)\\.\\.(-?[0-9.]+)");

    @Override
    public Range convert(String text) {
      Matcher parts = RANGE.matcher(text);
      try {
        if (parts.matches()) {
          var range = new Range(Float.parseFloat(parts.group(1)), Float.parseFloat(parts.group(2)));
          if (range.low() != range.high()) {
            return range;
          }
        }
      } catch (NumberFormatException _) {
        // said below
      }
      throw new TypeConversionException("expected two numbers such as 0..255, got '" + text + "'");
    }
  }

  /** Words such as {@code bright-on-dark}. */
  static final class PolarityConverter implements ITypeConverter<Polarity> {
    @Override
    public Polarity convert(String text) {
      return oneOf(Polarity.values(), text);
    }
  }

  /** Words such as {@code mass}. */
  static final class FramingConverter implements ITypeConverter<Framing> {
    @Override
    public Framing convert(String text) {
      return oneOf(Framing.values(), text);
    }
  }

  private static <E extends Enum<E>> E oneOf(E[] values, String text) {
    return Arrays.stream(values)
        .filter(value -> word(value).equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException(
                "expected "
                    + Arrays.stream(values).map(CardOptions::word).collect(Collectors.joining(", "))
                    + ", got '"
                    + text
                    + "'"));
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
