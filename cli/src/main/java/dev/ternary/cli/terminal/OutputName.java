package dev.ternary.cli.terminal;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Refuses to write one kind of file under the name of another, which whoever opens it would read
 * wrongly. A name that says nothing of a kind may be any.
 */
public abstract sealed class OutputName implements ITypeConverter<Path> {

  private static final List<String> ENDINGS =
      List.of(
          ".safetensors",
          ".npy",
          ".npz",
          ".pt",
          ".pth",
          ".th",
          ".ckpt",
          ".bin",
          ".pkl",
          ".onnx",
          ".gguf",
          ".h5",
          ".tflite",
          ".zip",
          ".gz",
          ".tar",
          ".idx",
          ".json",
          ".yaml",
          ".yml",
          ".txt",
          ".csv",
          ".png",
          ".jpg",
          ".jpeg",
          ".gif",
          ".bmp");

  private final String kind;
  private final String ending;

  private OutputName(String kind, String ending) {
    this.kind = kind;
    this.ending = ending;
  }

  /** For models, which are safetensors. */
  public static final class OfModel extends OutputName {
    /** For picocli. */
    public OfModel() {
      super("a safetensors file", ".safetensors");
    }
  }

  /** For arrays, which are NumPy's. */
  public static final class OfArray extends OutputName {
    /** For picocli. */
    public OfArray() {
      super("a NumPy array", ".npy");
    }
  }

  @Override
  public Path convert(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    for (String other : ENDINGS) {
      if (name.endsWith(other) && !other.equals(ending)) {
        throw new TypeConversionException(
            "what is written is "
                + kind
                + "; give it a name that ends in "
                + ending
                + ", not in "
                + other
                + ", got '"
                + text
                + "'");
      }
    }
    return Path.of(text);
  }
}
