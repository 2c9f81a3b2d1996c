package dev.ternary.cli.convert;

import dev.ternary.cli.command.Commands;
import dev.ternary.cli.command.NetworkSource;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.pytorch.TorchScriptArchive;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What {@code convert} does with TorchScript, which has its network inside. */
final class ScriptOptions {

  /** Reads sizes such as {@code 3,224,224}. */
  static final class ShapeConverter implements ITypeConverter<Shape> {
    @Override
    public Shape convert(String text) {
      try {
        long[] dims = Arrays.stream(text.split(",", -1)).mapToLong(Long::parseLong).toArray();
        if (Arrays.stream(dims).allMatch(dim -> dim > 0)) {
          return Shape.of(dims);
        }
      } catch (IllegalArgumentException _) {
        // Said below.
      }
      throw new TypeConversionException(
          "'" + text + "' is no shape of one sample, such as 3,224,224 or 784");
    }
  }

  @Option(
      names = "--input",
      paramLabel = "SHAPE",
      converter = ShapeConverter.class,
      description =
          "Of TorchScript: the shape of one sample, such as 3,224,224; once for each input. Not"
              + " needed where the file says with what it was traced, or the first layer is linear.")
  private List<Shape> inputs = List.of();

  @Option(
      names = "--tensors",
      description = "Of TorchScript: write its tensors alone, without the network.")
  private boolean tensors;

  /**
   * Whether the network of a file is to be taken out of it.
   *
   * @param otherwise whether other options say where the network is
   */
  boolean isNetwork(Path in, boolean otherwise) throws IOException {
    boolean script = TorchScriptArchive.is(in);
    if (!inputs.isEmpty() && (!script || otherwise || tensors)) {
      throw new IllegalArgumentException(
          script
              ? "--input goes with the network that is in the file, not with --arch, --key or"
                  + " --tensors"
              : "--input goes with TorchScript (torch.jit.save), which " + in + " is not");
    }
    return script && !otherwise && !tensors;
  }

  /**
   * The network of a TorchScript archive.
   *
   * @throws IllegalStateException if the module that reads it is not there; says what to do
   */
  NetworkSource.Open open(Path in) throws IOException {
    String ways =
        "; or describe the network with --arch NAME or --arch FILE.json"
            + " (docs/formats/architecture.md), or take the --tensors alone";
    try {
      return Commands.find().network("TorchScript").open(in, inputs);
    } catch (FormatException e) {
      throw new FormatException(in, e.offset(), e.reason() + ways, e);
    } catch (IllegalArgumentException e) {
      String say = inputs.isEmpty() ? "; say it: --input 3,224,224" : "";
      throw new IllegalArgumentException(e.getMessage() + say + ways, e);
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          "the network in " + in + " needs libtorch: " + e.getMessage() + ways, e);
    }
  }
}
